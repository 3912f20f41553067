// Keys: "/" searches, "?" lists all keys, letters open what carries `data-key`, and j, k, x, e work in lists.
// Single letters only outside fields, and they can be switched off.
(function () {
  "use strict";
  var ROWS = ".hf-list tbody tr[id]", cursor = null;

  function isOff() { try { return localStorage.getItem("keys") === "off"; } catch (error) { return false; } }
  function isTyping(target) { return target.closest && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog"); }

  function rows() { return Array.prototype.slice.call(document.querySelectorAll(ROWS)); }
  function current() { return cursor && document.getElementById(cursor); }
  function mark(row) {
    document.querySelectorAll("tr.is-cursor").forEach(function (other) { other.classList.remove("is-cursor"); });
    if (!row) return;
    cursor = row.id;
    row.classList.add("is-cursor");
    row.scrollIntoView({ block: "nearest" });
    var link = row.querySelector(".hf-title a, .row-title a, a");
    if (link) link.focus({ preventScroll: true });
  }
  function step(by) {
    var all = rows(), at = all.indexOf(current());
    if (all.length) mark(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))]);
  }
  document.addEventListener("htmx:after:swap", function () {
    var row = current();
    if (row) row.classList.add("is-cursor");
  });

  var LIST_KEYS = {
    j: function () { step(1); },
    k: function () { step(-1); },
    x: function () {
      var box = current() && current().querySelector("input[type=checkbox]");
      if (box) box.click();
    },
    e: function () {
      var link = current() && current().querySelector("a");
      if (link) link.click();
    },
  };

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
    var key = event.key;
    if (key === "?") { event.preventDefault(); help(); return; }
    if (key === "/") {
      var finder = document.querySelector("[data-finder]");
      if (finder) { event.preventDefault(); finder.click(); }
      return;
    }
    if (isOff() || event.shiftKey) return;
    var element = document.querySelector('[data-key="' + CSS.escape(key) + '"]');
    if (element) {
      event.preventDefault();
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)) element.focus(); else element.click();
    } else if (LIST_KEYS[key] && rows().length) {
      event.preventDefault();
      LIST_KEYS[key]();
    }
  });

  // The list of keys: those of every page, and those this page has.
  var FIXED = [["/", "Search"], ["?", "This list"], ["Ctrl Enter", "Send the form"], ["Esc", "Close"]];
  var OF_LISTS = [["j", "Next row"], ["k", "Row before"], ["x", "Select the row"], ["e", "Open the row"]];
  function line(list, keys, text) {
    var term = document.createElement("dt"), words = document.createElement("dd");
    keys.split(" ").forEach(function (key) {
      var shape = document.createElement("kbd");
      shape.textContent = key;
      term.append(shape, " ");
    });
    words.textContent = text;
    list.append(term, words);
  }
  function help() {
    var dialog = document.getElementById("keys-help");
    if (dialog) { dialog.showModal(); return; }
    dialog = document.createElement("dialog");
    dialog.id = "keys-help";
    dialog.className = "hf-keys-help";
    dialog.setAttribute("aria-labelledby", "keys-help-title");
    var title = document.createElement("h2"), list = document.createElement("dl"), label = document.createElement("label");
    title.id = "keys-help-title";
    title.textContent = "Keyboard shortcuts";
    FIXED.forEach(function (pair) { line(list, pair[0], pair[1]); });
    document.querySelectorAll("[data-key]").forEach(function (element) {
      line(list, element.dataset.key, element.dataset.keyText || element.textContent.trim().replace(/\s*\w$/, ""));
    });
    if (rows().length) OF_LISTS.forEach(function (pair) { line(list, pair[0], pair[1]); });
    var box = document.createElement("input"), close = document.createElement("button");
    box.type = "checkbox";
    box.className = "hf-check";
    box.checked = !isOff();
    box.addEventListener("change", function () {
      try { localStorage.setItem("keys", box.checked ? "on" : "off"); } catch (error) { /* stays on, then */ }
    });
    label.className = "hf-tick";
    label.append(box, "Single letters do something");
    close.type = "button";
    close.className = "btn";
    close.textContent = "Close";
    close.addEventListener("click", function () { dialog.close(); });
    dialog.append(title, list, label, close);
    dialog.addEventListener("close", function () { dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  }
  document.querySelectorAll("[data-keys-hint]").forEach(function (hint) { hint.hidden = isOff(); });
  document.querySelectorAll("[data-keys-help]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", help);
  });
})();
