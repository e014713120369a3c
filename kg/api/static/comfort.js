// Comfort only: every page works without it. No library, no request but to this service.
"use strict";

// Suggestions under a search field: a combobox after the ARIA Authoring Practices.
function suggest(field) {
  const list = document.createElement("ul");
  const status = document.createElement("span");
  const id = `suggestions-${field.id || Math.random().toString(36).slice(2)}`;
  list.id = id;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  status.className = "unseen";
  status.setAttribute("role", "status");
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
  })) field.setAttribute(name, value);
  field.after(list, status);

  let chosen = -1;
  let asked = "";
  let waiting = 0;
  let request = null;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const choose = (index) => {
    const options = list.children;
    if (!options.length) return;
    chosen = (index + options.length) % options.length;
    for (const [place, option] of [...options].entries()) option.setAttribute("aria-selected", String(place === chosen));
    options[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[chosen].id);
  };
  const take = (option) => {
    if (field.dataset.suggest === "slug") {
      field.value = option.dataset.label;
      field.dataset.label = option.dataset.label;
      field.dataset.slug = option.dataset.slug;
      close();
    } else {
      location.assign(option.dataset.href);
    }
  };
  const show = (entities) => {
    list.replaceChildren(...entities.map((entity, place) => {
      const option = document.createElement("li");
      const name = document.createElement("bdi");
      const kind = document.createElement("small");
      option.id = `${id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.href = `/${entity.iri.split("/").slice(-2).join("/")}`; // below the workspace's base, which is not ours
      option.dataset.slug = entity.slug;
      option.dataset.label = entity.label;
      name.textContent = entity.label.length > 90 ? `${entity.label.slice(0, 89)}…` : entity.label;
      kind.className = `kind ${entity.type.toLowerCase()}`;
      kind.textContent = entity.event_type || entity.type.toLowerCase();
      option.append(name, kind);
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); take(option); });
      return option;
    }));
    status.textContent = entities.length ? `${entities.length} suggestions` : "";
    list.hidden = !entities.length;
    chosen = -1;
    field.setAttribute("aria-expanded", String(entities.length > 0));
    field.removeAttribute("aria-activedescendant");
  };
  const ask = async () => {
    const text = field.value.trim();
    if (text === asked) return;
    asked = text;
    if (request) request.abort();
    if (text.length < 2) { show([]); return; }
    request = new AbortController();
    try {
      const answer = await fetch(`/search?kind=entity&limit=8&q=${encodeURIComponent(text)}`, {
        headers: { Accept: "application/json" }, signal: request.signal,
      });
      if (answer.ok) show((await answer.json()).entities.map((found) => found.entity));
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 140); });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen < 0 ? -1 : chosen - 1); }
    else if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); take(list.children[chosen]); }
  });
}

document.querySelectorAll("input[data-suggest]").forEach(suggest);

// A field for a thing shows its name and sends its slug, which is unambiguous.
document.querySelectorAll('input[data-suggest="slug"]').forEach((field) => {
  if (field.dataset.label) field.value = field.dataset.label;
  field.form.addEventListener("submit", () => {
    if (field.dataset.slug && field.value === field.dataset.label) field.value = field.dataset.slug;
  });
});

// "/" goes to the search field, unless somebody is writing.
document.addEventListener("keydown", (event) => {
  const writing = /^(?:INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  const field = document.getElementById("q");
  if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey && field) {
    event.preventDefault();
    field.focus();
    field.select();
  }
});

// What a link points at is opened, and all of a page before it is printed.
function unfold() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  target.querySelector(":scope > details")?.setAttribute("open", "");
}
addEventListener("hashchange", unfold);
unfold();
addEventListener("beforeprint", () => document.querySelectorAll("details.evidence").forEach((one) => { one.open = true; }));
