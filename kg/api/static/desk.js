// Comfort for the pages on which people work; each of them works without. No library, no request but to this service.
"use strict";

const writing = () => /^(?:INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName) && document.activeElement.type !== "checkbox";
document.querySelectorAll(".scripted").forEach((one) => { one.hidden = false; });

// One key for each decision. They can be switched off (WCAG 2.1.4), which this browser remembers.
const keysSwitch = document.querySelector("[data-keys-switch]");
if (keysSwitch) {
  const store = { get: () => { try { return localStorage.getItem("keys"); } catch { return null; } }, set: (value) => { try { localStorage.setItem("keys", value); } catch { /* private */ } } };
  keysSwitch.checked = store.get() !== "off";
  keysSwitch.addEventListener("change", () => store.set(keysSwitch.checked ? "on" : "off"));
  let spent = false; // a key that is held down decides one thing
  document.addEventListener("keydown", (event) => {
    if (spent || event.repeat || event.ctrlKey || event.metaKey || event.altKey || !keysSwitch.checked || writing()) return;
    const button = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key.toLowerCase());
    if (button) { event.preventDefault(); spent = true; button.click(); }
  });
  addEventListener("pageshow", () => { spent = false; });
}

// The editor: Ctrl+Enter asks, and a button goes to where the fault is.
const query = document.querySelector("textarea[data-submit]");
if (query) {
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); query.form.requestSubmit(); }
  });
  document.querySelector("[data-go]")?.addEventListener("click", (event) => {
    const [line, column] = event.currentTarget.dataset.go.split(":").map(Number);
    const before = query.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    query.focus();
    query.setSelectionRange(before + column - 1, before + column);
  });
}

// Files that are dropped are those of the field; their names are shown.
document.querySelectorAll("[data-drop]").forEach((zone) => {
  const field = zone.querySelector("input[type=file]");
  const names = zone.querySelector("[data-names]");
  const show = () => names.replaceChildren(...[...field.files].map((file) => {
    const line = document.createElement("li");
    line.textContent = `${file.name}, ${Math.ceil(file.size / 1024).toLocaleString("en")} kB`;
    return line;
  }));
  field.addEventListener("change", show);
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => { event.preventDefault(); field.files = event.dataTransfer.files; show(); });
});

// The progress of a long run, as the service tells it; without scripts the page asks again by itself.
document.querySelectorAll("[data-events]").forEach((status) => {
  const source = new EventSource(status.dataset.events);
  source.addEventListener("message", (event) => {
    const { state, done, failed } = JSON.parse(event.data);
    status.querySelector("[data-progress]").textContent = `${done} ${done === 1 ? "article" : "articles"} so far${failed ? `, ${failed} could not be read` : ""}`;
    if (state !== "looking" && state !== "keeping") { source.close(); location.reload(); }
  });
  source.addEventListener("error", () => { source.close(); setTimeout(() => location.reload(), 3000); });
});
