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
