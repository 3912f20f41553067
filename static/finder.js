// The search over any page: "/" or the field of the top bar opens it, arrows move, Enter opens, Esc goes back.
(function () {
  "use strict";
  var dialog = document.querySelector("[data-finder-dialog]"), opener = null;
  if (!dialog || !dialog.showModal) return;
  var field = dialog.querySelector("input[type=search]");

  function hits() { return Array.prototype.slice.call(dialog.querySelectorAll("[data-hit]")); }
  function active() { return dialog.querySelector("[data-hit].is-active"); }
  function choose(hit) {
    hits().forEach(function (other) { other.classList.toggle("is-active", other === hit); });
    if (hit) hit.scrollIntoView({ block: "nearest" });
  }
  function step(by) {
    var all = hits(), at = all.indexOf(active());
    if (!all.length) return;
    var next = Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by));
    choose(all[next]);
    all[next].focus();
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-finder]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    opener = document.activeElement;
    dialog.showModal();
    field.focus();
    field.select();
  });
  dialog.addEventListener("close", function () {
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  });
  dialog.addEventListener("click", function (event) {
    if (event.target === dialog || event.target.closest("[data-finder-close]")) dialog.close();
  });
  // What is chosen belongs to the words before; Enter while new ones are looked for opens the page of the search.
  field.addEventListener("input", function () { choose(null); });
  dialog.addEventListener("htmx:after:swap", function () { if (document.activeElement === field) choose(hits()[0]); });

  dialog.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      event.preventDefault(); // the first would only empty the field
      dialog.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (event.key === "ArrowUp" && (hits().indexOf(active()) <= 0)) { field.focus(); return; }
      step(document.activeElement === field && !active() ? 0 : event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && event.target === field && !event.ctrlKey && !event.metaKey && active()) {
      event.preventDefault();
      active().click();
    } else if (event.key.length === 1 && event.target !== field && !event.ctrlKey && !event.metaKey && !event.altKey) {
      field.focus(); // typing on goes on in the field
    }
  });
})();
