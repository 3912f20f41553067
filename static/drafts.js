// What somebody types into a form is kept in their browser until the server says that it was saved.
//
// A draft belongs to a person (data-person of the hidden field or the body), to a form (data-draft of its hidden field) and to the
// address that the form is sent to. It has an id of its own, so that two tabs with the same form keep two drafts.
// It holds only the fields that were changed, and what its author saw (hidden fields), so that a restored draft
// cannot overwrite what somebody else has saved since. Passwords, codes and other secrets are never kept.
(function () {
  "use strict";
  var DAYS = 7, PREFIX = "draft:", COOKIE = "sent-drafts";
  var SECRET = "[data-secret], [type=password], [type=file], [autocomplete=one-time-code], [autocomplete=current-password], [autocomplete=new-password]";
  var NEVER = ["csrfmiddlewaretoken", "draft", "next"];

  function personOf(mark) { return (mark && mark.dataset.person) || document.body.dataset.person || ""; }
  function read(storageKey) { try { return JSON.parse(localStorage.getItem(storageKey)); } catch (error) { return null; } }
  function write(draft) { try { localStorage.setItem(PREFIX + draft.id, JSON.stringify(draft)); } catch (error) { /* storage is off or full: no draft */ } }
  function remove(id) { try { localStorage.removeItem(PREFIX + id); } catch (error) { /* nothing was kept */ } }

  // All drafts of this browser, the newest first; those that are too old go.
  function all() {
    var drafts = [];
    try {
      Object.keys(localStorage).forEach(function (storageKey) {
        if (storageKey.indexOf(PREFIX) !== 0) return;
        var draft = read(storageKey);
        if (!draft || !draft.id || !(Date.now() - draft.at < DAYS * 864e5)) localStorage.removeItem(storageKey);
        else drafts.push(draft);
      });
    } catch (error) { /* storage is off */ }
    return drafts.sort(function (one, other) { return other.at - one.at; });
  }
  function own(person) { return all().filter(function (draft) { return draft.person === person; }); }

  // The server named what it saved: those drafts are done, and no others.
  function removeSent() {
    document.cookie.split("; ").forEach(function (pair) {
      if (pair.indexOf(COOKIE + "=") !== 0) return;
      pair.slice(COOKIE.length + 1).split(".").forEach(remove);
      document.cookie = COOKIE + "=; Max-Age=0; Path=/; SameSite=Lax" + (location.protocol === "https:" ? "; Secure" : "");
    });
  }

  function newId() {
    return Array.from(crypto.getRandomValues(new Uint8Array(8)), function (part) { return ("0" + part.toString(16)).slice(-2); }).join("");
  }
  function formKey(form, mark) {
    if (mark.dataset.record) return mark.dataset.draft + " " + mark.dataset.record; // its address is a secret
    var address = new URL(form.getAttribute("action") || location.href, location.href);
    return mark.dataset.draft + " " + address.pathname + address.search;
  }

  // The fields that may be kept, by name: those one sees, and the hidden ones that say what their author saw.
  function fields(form) {
    var groups = {};
    Array.from(form.elements).forEach(function (field) {
      if (!field.name || field.disabled || NEVER.indexOf(field.name) >= 0 || field.matches(SECRET)) return;
      if (["submit", "button", "reset", "image", "fieldset"].indexOf(field.type) >= 0) return;
      (groups[field.name] = groups[field.name] || []).push(field);
    });
    return groups;
  }
  function values(group) {
    var chosen = [];
    group.forEach(function (field) {
      if (field.type === "checkbox" || field.type === "radio") { if (field.checked) chosen.push(field.value); }
      else if (field.type === "select-multiple") Array.from(field.selectedOptions).forEach(function (option) { chosen.push(option.value); });
      else chosen.push(field.value);
    });
    return chosen;
  }
  // The values as the server sent them: a browser may have put in others when it loads a page again.
  function sentValues(group) {
    var chosen = [];
    group.forEach(function (field) {
      if (field.type === "checkbox" || field.type === "radio") { if (field.defaultChecked) chosen.push(field.value); }
      else if (field.tagName === "SELECT") {
        var options = Array.from(field.options), selected = options.filter(function (option) { return option.defaultSelected; });
        if (!field.multiple) selected = selected.length ? selected.slice(-1) : options.slice(0, 1);
        selected.forEach(function (option) { chosen.push(option.value); });
      }
      else chosen.push(field.defaultValue);
    });
    return chosen;
  }
  function fill(group, chosen) {
    group.forEach(function (field, place) {
      if (field.type === "checkbox" || field.type === "radio") field.checked = chosen.indexOf(field.value) >= 0;
      else if (field.type === "select-multiple") Array.from(field.options).forEach(function (option) { option.selected = chosen.indexOf(option.value) >= 0; });
      else if (chosen[place] !== undefined) field.value = chosen[place];
    });
  }
  function same(one, other) { return JSON.stringify(one) === JSON.stringify(other); }
  function isHidden(group) { return group.every(function (field) { return field.type === "hidden"; }); }

  function clock(at) {
    var then = new Date(at), options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    if (then.toDateString() !== new Date().toDateString()) { options.day = "numeric"; options.month = "short"; }
    return then.toLocaleString("en-GB", options);
  }

  function showNote(form, mark, draft, discard) {
    var note = document.createElement("p"), button = document.createElement("button");
    note.className = "message draft-note";
    note.setAttribute("role", "status");
    note.append("Draft of " + clock(draft.at) + " restored. It is not saved yet. ", button);
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = "Discard";
    button.addEventListener("click", function () { note.remove(); discard(); });
    mark.before(note);
    for (var around = form.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  }

  function attach(form, mark) {
    var key = formKey(form, mark), shown = {}, touched = {}, person = personOf(mark), sentId = mark.value, draft = null;
    Object.entries(fields(form)).forEach(function (entry) { shown[entry[0]] = sentValues(entry[1]); });

    function keep() {
      var kept = { id: draft ? draft.id : newId(), person: person, key: key, at: Date.now(), values: {}, seen: {} };
      Object.entries(fields(form)).forEach(function (entry) {
        var name = entry[0], chosen = values(entry[1]);
        if (isHidden(entry[1])) kept.seen[name] = chosen;
        else if (touched[name] || !same(chosen, shown[name])) kept.values[name] = chosen;
      });
      if (Object.keys(kept.values).length) { draft = kept; write(draft); mark.value = draft.id; }
      else if (draft) { remove(draft.id); draft = null; mark.value = ""; }
    }

    if (sentId) {
      // The form came back with what was sent in it: that is the draft now.
      draft = read(PREFIX + sentId);
      if (draft && draft.person === person) { Object.keys(draft.values).forEach(function (name) { touched[name] = true; }); keep(); }
      else { draft = null; mark.value = ""; }
    } else {
      var found = own(person).find(function (other) { return other.key === key; });
      if (found) restore(found);
    }

    function restore(found) {
      var groups = fields(form), changed = false;
      Object.entries(found.values).forEach(function (entry) {
        if (!groups[entry[0]]) return;
        if (!same(shown[entry[0]], entry[1])) changed = true;
        fill(groups[entry[0]], entry[1]);
      });
      // An id of its own: a tab that is still open goes on with the earlier one.
      remove(found.id);
      if (!changed) return;
      Object.entries(found.seen).forEach(function (entry) { if (groups[entry[0]] && isHidden(groups[entry[0]])) fill(groups[entry[0]], entry[1]); });
      draft = Object.assign({}, found, { id: newId() });
      write(draft);
      mark.value = draft.id;
      showNote(form, mark, draft, function () {
        remove(draft.id);
        draft = null;
        mark.value = "";
        Object.entries(fields(form)).forEach(function (entry) { if (shown[entry[0]]) fill(entry[1], shown[entry[0]]); });
      });
    }

    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
    form.addEventListener("submit", keep);
  }

  function attachAll() {
    removeSent();
    document.querySelectorAll("form[method=post] [data-draft]").forEach(function (mark) {
      if (mark.isAttached || !personOf(mark)) return;
      mark.isAttached = true;
      attach(mark.form, mark);
    });
  }

  // Who signs out leaves the browser to others: their texts go too, but not unasked.
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("[data-sign-out]")) return;
    var drafts = own(personOf());
    if (!drafts.length) return;
    var words = drafts.length === 1 ? "One text is not saved yet. Sign out and delete it?" : drafts.length + " texts are not saved yet. Sign out and delete them?";
    if (window.confirm(words)) drafts.forEach(function (draft) { remove(draft.id); });
    else event.preventDefault();
  });

  document.addEventListener("htmx:after:settle", attachAll);
  attachAll();
})();
