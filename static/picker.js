// The field for a requester: people are found while one types, and chosen with the arrow keys and Enter.
// Without script the list is drawn by the server, and each of its lines is a button.
(function () {
  "use strict";
  var closed = null; // the words at which somebody closed the list: an answer that comes later does not open it again

  function parts() {
    var box = document.querySelector("[data-picker]");
    return box && {
      input: box.querySelector("[role=combobox]"), list: box.querySelector("[role=listbox]"),
      chosen: box.querySelector("[name=requester]"), fresh: document.getElementById("somebody-new")
    };
  }
  function options(list) { return Array.from(list.querySelectorAll("[role=option]")); }
  function active(list) { return list.querySelector("[role=option].is-active"); }

  // The list lies in the flow; the field keeps the focus and names the line that Enter chooses.
  function show(isOpen) {
    var all = parts();
    if (!all) return;
    all.list.hidden = !isOpen || !options(all.list).length;
    all.input.setAttribute("aria-expanded", String(!all.list.hidden));
    options(all.list).forEach(function (option) { option.tabIndex = -1; });
    if (all.list.hidden) all.input.removeAttribute("aria-activedescendant");
    else mark(all, active(all.list) || options(all.list)[0]);
  }
  function mark(all, option) {
    options(all.list).forEach(function (each) {
      each.classList.toggle("is-active", each === option);
      each.setAttribute("aria-selected", String(each === option));
    });
    all.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
  function step(all, by) {
    var lines = options(all.list), place = lines.indexOf(active(all.list));
    mark(all, lines[(place + by + lines.length) % lines.length]);
  }
  function say(field) { field.dispatchEvent(new Event("change", { bubbles: true })); }

  function choose(all, option) {
    if (option.dataset.name === undefined) { startNew(all); return; }
    all.chosen.value = option.value;
    all.input.value = option.dataset.name;
    all.fresh.querySelectorAll("input").forEach(function (field) { field.value = ""; });
    all.fresh.open = false;
    show(false);
    all.input.focus();
    say(all.chosen);
  }
  function startNew(all) {
    var words = all.input.value.trim(), isPhone = /^[\d\s()+./-]{3,}$/.test(words);
    var name = isPhone ? "new_phone" : words.indexOf("@") >= 0 ? "new_email" : "new_name";
    all.fresh.open = true;
    if (words) all.fresh.querySelector("[name=" + name + "]").value = words;
    all.input.value = all.chosen.value = "";
    show(false);
    var first = all.fresh.querySelector("[name=new_name]");
    first.focus();
    say(first);
  }

  document.addEventListener("input", function (event) {
    var all = parts();
    if (!all || event.target !== all.input) return;
    all.chosen.value = ""; // other words are another person
    closed = null;
  });
  document.addEventListener("keydown", function (event) {
    var all = parts();
    if (!all) return;
    if (event.altKey && event.code === "KeyN") { event.preventDefault(); startNew(all); return; }
    if (event.altKey && event.code === "KeyA") {
      var first = document.querySelector("[data-add-first]");
      if (first) { event.preventDefault(); first.click(); }
      return;
    }
    if (event.target !== all.input || all.list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); step(all, event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) { event.preventDefault(); choose(all, active(all.list)); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); closed = all.input.value; show(false); }
  });
  document.addEventListener("click", function (event) {
    var all = parts(), option = event.target.closest && event.target.closest("[data-picker] [role=option]");
    if (!all || !option) return;
    event.preventDefault();
    choose(all, option);
  });
  document.addEventListener("htmx:after:swap", function () {
    var all = parts();
    if (!all || document.activeElement !== all.input || all.chosen.value) return;
    show(Boolean(all.input.value.trim()) && all.input.value !== closed);
  });
  show(Boolean(parts() && parts().input.value.trim() && !parts().chosen.value));
})();
