// The field of a note: after an @ people and teams are offered, and chosen with the arrow keys and Enter.
// A field of several lines may be no combobox (ARIA in HTML), so it names the list and the line that Enter takes.
// Without script a typed name simply works. Escape closes the list; what was typed stays.
(function () {
  "use strict";
  var open = null, timer = 0, asked = 0;

  // What stands between the last @ and the cursor, if that @ can begin a name and the note is no comment.
  function call(field) {
    var before = field.value.slice(0, field.selectionStart), form = field.form;
    var comment = form.querySelector("[name=is_public][value=on]");
    if (field.selectionStart !== field.selectionEnd || (comment && comment.checked)) return null;
    var match = /(?:^|[\s([{“‘«,;:])@("?[\p{L}\p{N}_][\p{L}\p{N}_.+-]*(?: [\p{L}\p{N}_.+-]+)?)$/u.exec(before);
    return match && { words: match[1], start: before.length - match[1].length - 1 };
  }
  function options(list) { return Array.from(list.querySelectorAll("[role=option]")); }
  function close() {
    if (!open) return;
    open.list.hidden = true;
    ["aria-haspopup", "aria-controls", "aria-autocomplete", "aria-activedescendant"].forEach(function (name) { open.field.removeAttribute(name); });
    open = null;
  }
  function mark(option) {
    options(open.list).forEach(function (each) {
      each.classList.toggle("is-active", each === option);
      each.setAttribute("aria-selected", String(each === option));
    });
    open.field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
  function show(field, list) {
    if (!options(list).length) { close(); return; }
    open = { field: field, list: list };
    list.hidden = false;
    Object.entries({ "aria-haspopup": "listbox", "aria-controls": list.id, "aria-autocomplete": "list" }).forEach(function (pair) { field.setAttribute(pair[0], pair[1]); });
    mark(options(list)[0]);
  }
  function choose(option) {
    var field = open.field, place = call(field);
    close();
    if (!place) return;
    field.setRangeText(option.dataset.call + " ", place.start, field.selectionStart, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function ask(field) {
    var list = document.getElementById(field.dataset.mentionList), place = call(field), number = ++asked;
    clearTimeout(timer);
    if (!place) { close(); return; }
    timer = setTimeout(function () {
      fetch(field.dataset.mentions + "?q=" + encodeURIComponent(place.words), { headers: { "X-Requested-With": "fetch" } })
        .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ""; })
        .then(function (html) {
          var now = call(field);
          if (number !== asked || !now || now.words !== place.words || document.activeElement !== field) return;
          list.innerHTML = html;
          show(field, list);
        }, close);
    }, 150);
  }

  document.addEventListener("input", function (event) { if (event.target.dataset && event.target.dataset.mentions) ask(event.target); });
  document.addEventListener("keydown", function (event) {
    if (!open || event.target !== open.field || event.isComposing) return;
    var lines = options(open.list), at = lines.findIndex(function (line) { return line.classList.contains("is-active"); });
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(lines[(at + (event.key === "ArrowDown" ? 1 : -1) + lines.length) % lines.length]);
    } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || (event.key === "Tab" && !event.shiftKey)) {
      event.preventDefault();
      choose(lines[at]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      asked += 1;
      close();
    }
  }, true);
  // The field keeps the focus while somebody presses on a line.
  document.addEventListener("mousedown", function (event) { if (open && open.list.contains(event.target)) event.preventDefault(); });
  document.addEventListener("click", function (event) {
    if (!open) return;
    var option = event.target.closest("[role=option]");
    if (option && open.list.contains(option)) choose(option);
    else if (event.target !== open.field) close();
  });
  document.addEventListener("focusout", function (event) { if (open && event.target === open.field) { asked += 1; close(); } });
})();
