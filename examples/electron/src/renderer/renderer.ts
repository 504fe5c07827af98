// The page. It has no Node: the part of the library that runs here is made for browsers.
import type { Note } from "../notebook.service.js";
import { connectNotebook } from "./connect-notebook.js";
import { openPort } from "./open-port.js";

const list = document.querySelector("ul") as HTMLUListElement;
const form = document.querySelector("form") as HTMLFormElement;
const input = document.querySelector("input") as HTMLInputElement;
const state = document.querySelector("output") as HTMLOutputElement;

const { notebook, connection } = await connectNotebook(openPort, (notes) =>
  list.replaceChildren(...notes.map(item)),
);
state.value = "Connected";
void connection.closed.then(({ error }) => {
  state.value = error?.message ?? "The service has ended";
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  notebook.add(input.value).then(() => form.reset(), tell);
});

function item({ id, at, text }: Note): HTMLLIElement {
  const element = document.createElement("li");
  const button = document.createElement("button");
  button.textContent = "Remove";
  button.addEventListener("click", () => void notebook.remove(id).catch(tell));
  element.append(`${at.toLocaleTimeString()} ${text} `, button);
  return element;
}

function tell(error: Error): void {
  state.value = error.message;
}
