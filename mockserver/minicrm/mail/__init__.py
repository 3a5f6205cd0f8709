"""Mail: the e-mails that lie on cards, and the templates that they are made of."""
