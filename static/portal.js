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
  function menus() { return document.querySelectorAll("details.hf-menu[open]"); }
  document.addEventListener("click", function (event) {
    menus().forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      menus().forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    // The arrows walk through an open menu.
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      var menu = event.target.closest && event.target.closest("details.hf-menu[open]");
      if (menu && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
        var items = Array.prototype.slice.call(menu.querySelectorAll("summary, .hf-menu-body :is(a, button):not([hidden])"));
        var next = items[items.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
        if (next) { event.preventDefault(); next.focus(); }
      }
    }
    // Ctrl+Enter sends the form one is typing in.
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      var form = event.target.closest && event.target.closest("form");
      if (form) { event.preventDefault(); form.requestSubmit(); }
    }
  });

  // What was done goes away by itself, unless somebody is reading it; a failure stays until it is dismissed.
  document.querySelectorAll("[data-toast]").forEach(function (toast) {
    var close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-sm btn-bare";
    close.setAttribute("aria-label", "Dismiss");
    close.textContent = "\u00d7";
    close.addEventListener("click", function () { toast.remove(); });
    toast.append(close);
    if (toast.dataset.toast === "error" || toast.dataset.toast === "warning") return;
    setTimeout(function leave() {
      if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000); else toast.remove();
    }, 10000);
  });

  // Whoever has a ticket open is told when another person writes.
  document.addEventListener("input", function (event) {
    var form = event.target.closest && event.target.closest("[data-composer]"), state = document.querySelector("#composer-state [name=writing]");
    if (form && state) state.value = event.target.value ? "on" : "";
  });

  // Groups of the side bar stay folded as the reader left them.
  function folds() { try { return JSON.parse(localStorage.getItem("folds")) || []; } catch (error) { return []; } }
  function fold() {
    var closed = folds();
    document.querySelectorAll("[data-fold]").forEach(function (group) { if (closed.includes(group.dataset.fold)) group.open = false; });
  }
  fold();
  document.addEventListener("toggle", function (event) {
    var name = event.target.dataset && event.target.dataset.fold;
    if (!name) return;
    var closed = folds().filter(function (other) { return other !== name; });
    if (!event.target.open) closed.push(name);
    try { localStorage.setItem("folds", JSON.stringify(closed)); } catch (error) { /* this page only, then */ }
  }, true);

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
