// What every behaviour needs: finding, building, posting.

export const root = document.documentElement;
export const all = (selector, where = document) => Array.from(where.querySelectorAll(selector));
export const plainText = (text) => (text || "").replace(/\s/g, "");

export function build(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

export function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

// The cookie is newer than the page when somebody signed in again in another tab.
export function csrf() {
  const field = document.querySelector("[name=csrfmiddlewaretoken]");
  return cookie("csrftoken") || (field ? field.value : "");
}

// After so many milliseconds it fails, as where nothing answers.
export async function ask(url, { limit, ...options }) {
  const stop = new AbortController();
  const over = setTimeout(() => stop.abort(), limit);
  try {
    return await fetch(url, { ...options, signal: stop.signal });
  } finally {
    clearTimeout(over);
  }
}

export function post(url, data, options = {}) {
  return ask(url, {
    limit: 60000,
    method: "POST",
    body: new URLSearchParams(data),
    credentials: "same-origin",
    redirect: "manual",
    headers: { "X-CSRFToken": csrf(), "X-Requested-With": "fetch", Accept: "application/json" },
    ...options,
  });
}

export function startPage() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[aria-disabled=true]")) event.preventDefault();
    const closes = event.target.closest("[data-close]");
    if (closes) {
      const target = document.getElementById(closes.dataset.close);
      target.hidden = true;
      const source = document.querySelector("[aria-current=true].fig");
      if (source) source.focus();
    }
  });
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector("[name=csrfmiddlewaretoken]");
    if (field && cookie("csrftoken")) field.value = cookie("csrftoken");
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrf();
  });
}
