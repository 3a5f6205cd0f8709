// What can be told of a page's accessibility by looking at it: returns the list of what is wrong.
() => {
  const wrong = [];
  const name = (element) => `<${element.tagName.toLowerCase()} ${element.id || element.name || element.className}> ${element.textContent.trim().slice(0, 40)}`;
  const isShown = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility === "visible";
  const says = (element) =>
    (element.getAttribute("aria-label") || element.textContent ||
      (element.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent).join(" ")).trim();

  for (const element of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const labels = Array.from(element.labels).map((label) => label.textContent.trim()).join("");
    if (!labels && !element.getAttribute("aria-label")) wrong.push(`no label: ${name(element)}`);
  }
  for (const element of document.querySelectorAll("a, button, summary")) {
    const labelled = element.getAttribute("aria-labelledby");
    if (!says(element) && !labelled) wrong.push(`no name: ${name(element)}`);
    if (labelled && labelled.split(" ").some((id) => !document.getElementById(id))) wrong.push(`labelled by nothing: ${name(element)}`);
  }
  for (const element of document.querySelectorAll("button, .button, input:not([type=hidden]), select, summary")) {
    const box = element.getBoundingClientRect();
    const isChoice = ["checkbox", "radio"].includes(element.type);
    if (isShown(element) && !isChoice && box.height < 24) wrong.push(`too small to hit, ${box.height}: ${name(element)}`);
  }
  const ids = Array.from(document.querySelectorAll("[id]"), (element) => element.id);
  for (const id of ids.filter((each, index) => ids.indexOf(each) !== index)) wrong.push(`id twice: ${id}`);
  for (const [what, count] of [["main", 1], ["h1", 1], ["header", 1]]) {
    if (document.querySelectorAll(what).length !== count) wrong.push(`not ${count} of ${what}`);
  }
  if (!document.documentElement.lang) wrong.push("no language");
  let level = 1;
  for (const heading of document.querySelectorAll("main h1, main h2, main h3, main h4")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) wrong.push(`heading skips a level: ${name(heading)}`);
    level = own;
  }
  if (document.documentElement.scrollWidth > window.innerWidth) wrong.push(`wider than the window: ${document.documentElement.scrollWidth}`);

  for (const element of document.querySelectorAll(".scroll")) {
    if (element.scrollWidth > element.clientWidth) wrong.push(`a table wider than its place: ${element.scrollWidth} > ${element.clientWidth}`);
  }

  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return Array.from(canvas.getImageData(0, 0, 1, 1).data);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = read(getComputedStyle(each).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || !isShown(element) || ["SCRIPT", "OPTION"].includes(element.tagName)) continue;
    const tones = [read(getComputedStyle(element).color), behind(element)].map((each) => luminance(each.slice(0, 3)));
    const contrast = (Math.max(...tones) + 0.05) / (Math.min(...tones) + 0.05);
    if (contrast < 4.5) wrong.push(`contrast ${contrast.toFixed(2)}: ${name(element)}`);
  }
  return wrong;
}
