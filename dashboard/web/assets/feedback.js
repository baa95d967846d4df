"use strict";
/* A button in the page's own words instead of the browser's, and the names of what was chosen. */
(() => {
  const input = document.getElementById("photos");
  const button = document.createElement("label");
  const names = document.createElement("p");
  button.className = "button file";
  names.className = "picked";
  names.setAttribute("role", "status");
  input.replaceWith(button);
  button.append(input.dataset.choose, input);
  button.after(names);
  input.addEventListener("change", () => {
    names.textContent = [...input.files].map((file) => file.name).join(" · ");
  });
})();
