// Starts a part of the application: fetches its module, whose address the build puts here, and runs it.
import init from "./porthole_ui.js";

init({ module_or_path: fetch("{{module}}", { credentials: "same-origin" }) }).catch((error) => {
  console.error(error);
  const root = document.getElementById("app");
  root.textContent = "";
  const note = document.createElement("p");
  note.className = "boot-fault";
  note.textContent =
    "Porthole could not be started in this browser. It needs WebAssembly; reload the page, or try a current browser.";
  root.append(note);
});
