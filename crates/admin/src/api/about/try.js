// Draws the endpoints of the OpenAPI document and sends requests to them.
"use strict";

const $ = (id) => document.getElementById(id);

/** Makes an element: its properties, then what is in it. */
function el(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Every endpoint of the document, in its order. */
function endpoints(api) {
  return Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));
}

/** An example of what a schema takes. */
function example(api, schema, depth = 0) {
  if (!schema || depth > 4) return null;
  if (schema.$ref) return example(api, api.components.schemas[schema.$ref.split("/").pop()], depth + 1);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || schema.properties) {
    const wanted = new Set(["id", ...(schema.required ?? [])]);
    return Object.fromEntries(Object.entries(schema.properties ?? {})
      .filter(([name]) => wanted.has(name))
      .map(([name, inner]) => [name, example(api, inner, depth + 1)]));
  }
  return { array: [], string: "", integer: 0, number: 0, boolean: false }[type] ?? null;
}

/** Shows one endpoint with a form for its parameters and its body. */
function show(api, { path, method, operation }) {
  const inputs = new Map();
  const form = el("form", {});
  for (const parameter of operation.parameters ?? []) {
    const input = el("input", { id: `p-${parameter.name}`, required: parameter.required, autocomplete: "off" });
    inputs.set(parameter, input);
    form.append(el("label", { htmlFor: input.id }, `${parameter.name} `,
      el("small", {}, `${parameter.in}. ${parameter.description ?? ""}`)), input);
  }
  let body = null;
  const content = operation.requestBody?.content ?? {};
  const [kind] = Object.keys(content);
  if (kind) {
    const text = JSON.stringify(example(api, content[kind].schema) ?? {}, null, 2);
    body = el("textarea", { id: "body", rows: Math.min(24, text.split("\n").length + 2), value: text, spellcheck: false });
    form.append(el("label", { htmlFor: "body" }, "Body ", el("small", {}, kind)), body);
  }
  const out = el("div", {});
  form.append(el("button", { className: "send", type: "submit" }, "Send"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    out.replaceChildren(el("p", {}, "Sent; waiting."));
    out.replaceChildren(...await send(path, method, inputs, kind, body));
  });
  $("endpoint").replaceChildren(
    el("h2", {}, el("span", { className: "method" }, method), ` ${path}`),
    el("p", {}, `${operation.summary}. Needs: ${operation["x-postern-permission"]}.`),
    form, out);
}

/** Sends the request; gives what is to be shown of it. */
async function send(path, method, inputs, kind, body) {
  const query = new URLSearchParams();
  let target = path;
  for (const [parameter, input] of inputs) {
    if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value !== "") query.set(parameter.name, input.value);
  }
  if (query.size > 0) target += `?${query}`;
  const headers = {};
  if (kind) headers["Content-Type"] = kind;
  const token = $("token").value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  const options = { method, headers, body: body?.value, credentials: token ? "omit" : "same-origin" };
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const curl = ["curl", "-X", method, quote(location.origin + target),
    ...Object.entries(headers).flatMap(([name, value]) =>
      ["-H", name === "Authorization" ? '"Authorization: Bearer $POSTERN_TOKEN"' : quote(`${name}: ${value}`)]),
    ...(body ? ["-d", quote(body.value)] : [])].join(" ");
  try {
    const begun = performance.now();
    const response = await fetch(target, options);
    const text = await response.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* It is no JSON: shown as it is. */ }
    const names = ["etag", "location", "allow", "retry-after", "x-request-id"];
    const seen = names.filter((name) => response.headers.has(name)).map((name) => `${name}: ${response.headers.get(name)}`);
    return [
      el("h3", {}, `${response.status} ${response.statusText} in ${Math.round(performance.now() - begun)} ms`),
      el("pre", {}, [...seen, "", shown].join("\n").trim()),
      el("h3", {}, "The same by curl"), el("pre", {}, curl)];
  } catch (error) {
    return [el("h3", {}, "There was no answer"), el("pre", {}, String(error)), el("pre", {}, curl)];
  }
}

/** Draws the list, by the rooms of the reference. */
function list(api, phrase) {
  const rooms = new Map();
  for (const one of endpoints(api)) {
    const text = `${one.method} ${one.path} ${one.operation.summary}`.toLowerCase();
    if (!text.includes(phrase.toLowerCase())) continue;
    const room = one.operation.tags[0];
    rooms.set(room, [...(rooms.get(room) ?? []), one]);
  }
  $("list").replaceChildren(...[...rooms].flatMap(([room, ones]) => [
    el("h2", {}, room),
    ...ones.map((one) => {
      const button = el("button", { type: "button", title: one.operation.summary },
        el("span", { className: "method" }, one.method), one.path.replace("/api/v1", ""));
      button.addEventListener("click", () => {
        document.querySelector("[aria-current]")?.removeAttribute("aria-current");
        button.setAttribute("aria-current", "true");
        location.hash = one.operation.operationId;
        show(api, one);
      });
      return button;
    })]));
}

async function main() {
  const api = await (await fetch("/api/v1/openapi.json")).json();
  $("filter").addEventListener("input", () => list(api, $("filter").value));
  list(api, "");
  const wanted = endpoints(api).find((one) => one.operation.operationId === location.hash.slice(1));
  if (wanted) show(api, wanted);
}

main();
