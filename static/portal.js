// Comforts only; every page works without them.
(function () {
  "use strict";
  var root = document.documentElement;

  // The switch between light and dark.
  document.querySelectorAll("[data-theme-toggle]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.setTheme(root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark");
    });
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

  // A form that was sent once is not sent twice by a second click.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 4000);
  });

  // What was typed survives a lost session: kept in this tab until the form has been sent.
  document.querySelectorAll("form[data-draft]").forEach(function (form) {
    var key = "draft:" + form.dataset.draft;
    try {
      var kept = JSON.parse(sessionStorage.getItem(key) || "{}");
      Object.keys(kept).forEach(function (name) {
        var field = form.elements[name];
        if (field && !field.value && field.type !== "hidden") field.value = kept[name];
      });
      form.addEventListener("input", function () {
        var values = {};
        new FormData(form).forEach(function (value, name) { if (name !== "csrfmiddlewaretoken") values[name] = value; });
        sessionStorage.setItem(key, JSON.stringify(values));
      });
    } catch (error) { /* storage is off: no drafts */ }
  });
  if (document.querySelector("[data-draft-done]")) {
    try { Object.keys(sessionStorage).forEach(function (key) { if (key.indexOf("draft:") === 0) sessionStorage.removeItem(key); }); } catch (error) { /* nothing kept */ }
  }
})();
