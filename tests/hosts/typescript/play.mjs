// Plays one of the clients in TypeScript: lists the tools, makes both calls, and says how it went in one line.
//   node play.mjs sdk|client|inspector
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const calls = Object.values(JSON.parse(readFileSync(process.env.HOSTS_CALLS)));
const settings = JSON.parse(process.env.HOSTS_SERVER_SETTINGS);
const [command, ...args] = JSON.parse(process.env.HOSTS_SERVER_COMMAND);
const server = { command, args, env: { ...process.env, ...settings } };
const me = { name: "host", version: "1" };
const text = (result) => result.content.map((block) => block.text ?? "").join("");

// The SDK before 2: the handshake alone.
async function sdk() {
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const { StdioClientTransport } = await import("@modelcontextprotocol/sdk/client/stdio.js");
  return playEra("handshake", new Client(me), new StdioClientTransport(server));
}

// The SDK from 2 on: the handshake unless told otherwise, or discovery.
async function client() {
  const { Client } = await import("@modelcontextprotocol/client");
  const { StdioClientTransport } = await import("@modelcontextprotocol/client/stdio");
  const plays = [];
  for (const mode of ["legacy", "auto"]) {
    plays.push(await playEra(mode, new Client(me, { versionNegotiation: { mode } }), new StdioClientTransport(server)));
  }
  return { tools: plays[0].tools, note: plays.map(({ note }) => note).join(", ") };
}

async function playEra(mode, client, transport) {
  await client.connect(transport);
  const { tools } = await client.listTools();
  for (const call of calls) check(call, await client.callTool({ name: call.tool, arguments: call.arguments }));
  const protocol = client.getNegotiatedProtocolVersion?.();
  await client.close();
  return { tools: tools.length, note: protocol ? `protocol ${protocol}` : mode };
}

// The Inspector's command line, whose --strict looks for schemas that some hosts refuse.
async function inspector() {
  const options = Object.entries(settings).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  const run = (era, ...asked) => {
    const all = ["--cli", ...options, "--protocol-era", era, "-q", "--format", "json", ...asked, "--", command, ...args];
    return JSON.parse(execFileSync("node_modules/.bin/mcp-inspector", all, { maxBuffer: 1e8 })).result;
  };
  for (const era of ["legacy", "modern"]) {
    for (const call of calls) {
      const given = ["--tool-args-json", JSON.stringify(call.arguments)];
      check(call, run(era, "--method", "tools/call", "--tool-name", call.tool, ...given));
    }
  }
  const { tools } = run("auto", "--method", "tools/list", "--strict");
  return { tools: tools.length, note: "both eras, no schema that is not portable" };
}

function check({ tool, shows }, result) {
  if (result.isError || !text(result).includes(shows)) throw new Error(`${tool}: ${text(result).slice(0, 300)}`);
}

const name = process.argv[2];
const { version } = JSON.parse(readFileSync(`node_modules/@modelcontextprotocol/${name}/package.json`));
console.log(JSON.stringify({ version, ...(await { sdk, client, inspector }[name]()) }));
