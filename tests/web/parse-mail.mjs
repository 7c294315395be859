// What a mail parser that is not Python's makes of a message; prints one JSON object.

import { readFileSync } from "node:fs";
import PostalMime from "postal-mime";

const mail = await new PostalMime().parse(readFileSync(process.argv[2]));
const { subject, from, text, html } = mail;
console.log(JSON.stringify({ subject, from, text, html }));
