// Comforts only; every page works without them.
(function () {
  "use strict";
  var root = document.documentElement;

  // The switch between light and dark. Back draws the page anew, so the listener is not on the button.
  function showSwitch() { document.querySelectorAll("[data-theme-toggle]").forEach(function (button) { button.hidden = false; }); }
  showSwitch();
  document.addEventListener("htmx:after:settle", showSwitch);
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-theme-toggle]")) window.setTheme(root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark");
  });

  // Browsers give the focus some time after the page was drawn; who types at once would lose the first letters.
  var first = document.querySelector("[autofocus]");
  if (first && document.activeElement === document.body) first.focus();

  // Menus close on a click elsewhere and on Escape; the focus goes back to what opened them.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    // Ctrl+Enter sends the form one is typing in.
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      var form = event.target.closest && event.target.closest("form");
      if (form) { event.preventDefault(); form.requestSubmit(); }
    }
  });

  document.addEventListener("submit", function (event) {
    var form = event.target, question = (event.submitter && event.submitter.dataset.confirm) || form.dataset.confirm;
    if (form.method !== "post" || event.defaultPrevented) return;
    // What cannot be undone asks first.
    if (question && !form.dataset.sent && !window.confirm(question)) { event.preventDefault(); return; }
    // A form that was sent once is not sent twice by a second click.
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 4000);
  });
})();
