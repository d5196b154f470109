// Starts the part of the application that the address belongs to; `Page::is_desk` in route.rs says the same.
const isDesk = /^\/(t\/[^/]+\/(plugins|members|audit)|admin|account|password)(\/|$)/.test(location.pathname);
const part = isDesk ? "{{desk.js}}" : "{{app.js}}";

/** The rules of the pages that are loaded apart, unless the page has named them; without them a page still works. */
const styled = () =>
  document.querySelector('link[href="{{desk.css}}"]') ||
  new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = "{{desk.css}}";
    link.onload = link.onerror = done;
    document.head.append(link);
  });

Promise.resolve(isDesk && styled())
  .then(() => import(part))
  .catch((error) => {
    console.error(error);
    document.getElementById("app").textContent = "Porthole could not be loaded. Check the connection and reload the page.";
  });
