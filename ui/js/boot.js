// Starts the application: fetches the module that index.html names and runs it.
import init from "./porthole_ui.js";

const source = document.querySelector('link[rel="preload"][as="fetch"]').href;

init({ module_or_path: fetch(source, { credentials: "same-origin" }) }).catch((error) => {
  console.error(error);
  const root = document.getElementById("app");
  root.textContent = "";
  const note = document.createElement("p");
  note.className = "boot-fault";
  note.textContent =
    "Porthole could not be started in this browser. It needs WebAssembly; reload the page, or try a current browser.";
  root.append(note);
});
