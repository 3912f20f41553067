// What somebody types into a form is kept in their browser until the server says that it was saved.
//
// A draft belongs to a person (data-person of the hidden field or the body), to a form (data-draft of its hidden field) and to the
// address that the form is sent to. It has an id of its own, so that two tabs with the same form keep two drafts.
// It holds only the fields that were changed, and what its author saw (hidden fields), so that a restored draft
// cannot overwrite what somebody else has saved since. Passwords, codes and other secrets are never kept, nor is the
// form's key: only a draft that was sent remembers under which one, in case its answer was lost.
//
// Forms with rows (data-rows of the hidden field) are kept whole or with their rows: "redrawn" is a form whose rows the
// server draws, and which it draws again from a draft; "added" is one of the administration, whose rows a script adds.
(function () {
  "use strict";
  var DAYS = 7, PREFIX = "draft:", COOKIE = "sent-drafts";
  var SECRET = "[data-secret], [type=password], [type=file], [autocomplete=one-time-code], [autocomplete=current-password], [autocomplete=new-password]";
  var NEVER = ["csrfmiddlewaretoken", "draft", "form_key", "next"];
  var COUNTS = /-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/, MOST_ROWS = 100;

  function personOf(mark) {
    var meta = document.querySelector("meta[name=person]");
    return (mark && mark.dataset.person) || document.body.dataset.person || (meta && meta.content) || "";
  }
  function read(storageKey) { try { return JSON.parse(localStorage.getItem(storageKey)); } catch (error) { return null; } }
  function write(draft) { try { localStorage.setItem(PREFIX + draft.id, JSON.stringify(draft)); } catch (error) { /* storage is off or full: no draft */ } }
  function canKeep() { try { localStorage.setItem("drafts", "1"); localStorage.removeItem("drafts"); return true; } catch (error) { return false; } }
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
      if (field.name.indexOf("__prefix__") >= 0) return; // the pattern of a row
      if (field.matches("select.filtered[name$=_old]")) return; // what is not chosen
      if (["submit", "button", "reset", "image", "fieldset"].indexOf(field.type) >= 0) return;
      (groups[field.name] = groups[field.name] || []).push(field);
    });
    return groups;
  }
  function values(group) {
    var chosen = [];
    group.forEach(function (field) {
      if (field.type === "checkbox" || field.type === "radio") { if (field.checked) chosen.push(field.value); }
      else if (field.matches("select.filtered")) Array.from(field.options).forEach(function (option) { chosen.push(option.value); });
      else if (field.type === "select-multiple") Array.from(field.selectedOptions).forEach(function (option) { chosen.push(option.value); });
      else chosen.push(field.value);
    });
    return chosen;
  }
  // The values as the server sent them: a browser may have put in others when it loads a page again.
  function sentValues(group) {
    var chosen = [];
    if (group.some(function (field) { return field.matches("select.filtered"); })) return values(group); // a script has rebuilt it
    group.forEach(function (field) {
      if (field.type === "checkbox" || field.type === "radio") { if (field.defaultChecked) chosen.push(field.value); }
      else if (field.tagName === "SELECT") {
        var options = Array.from(field.options), selected = options.filter(function (option) { return option.defaultSelected; });
        if (!field.multiple) selected = selected.length ? selected.slice(-1) : options.slice(0, 1);
        selected.forEach(function (option) { chosen.push(option.value); });
        if (!field.multiple && !selected.length) chosen.push("");
      }
      else chosen.push(field.defaultValue);
    });
    return chosen;
  }
  function fill(group, chosen, labels) {
    group.forEach(function (field, place) {
      if (field.type === "checkbox" || field.type === "radio") field.checked = chosen.indexOf(field.value) >= 0;
      else if (field.tagName === "SELECT") choose(field, field.multiple ? chosen : [chosen[place]], labels || {});
      else if (chosen[place] !== undefined) field.value = chosen[place];
      // The administration writes some fields from others, such as a slug, until somebody has written them.
      if (window.django && window.django.jQuery) window.django.jQuery(field).data("_changed", true);
    });
  }
  function choose(select, chosen, labels) {
    if (select.matches("select.filtered")) { moveChosen(select, chosen); return; }
    if (chosen[0] === undefined && !select.multiple) return;
    if (isSearched(select)) {
      // Its options come by search: those of the draft are not on the page.
      chosen.forEach(function (value) {
        var isThere = Array.from(select.options).some(function (option) { return option.value === value; });
        if (value && !isThere && labels[value]) select.add(new Option(labels[value], value));
      });
    }
    if (select.multiple) Array.from(select.options).forEach(function (option) { option.selected = chosen.indexOf(option.value) >= 0; });
    else select.value = chosen[0];
    if (select.matches(".select2-hidden-accessible")) select.dispatchEvent(new Event("change", { bubbles: true })); // to show it
  }
  // The administration's pair of lists: the right one holds what is chosen.
  function moveChosen(select, chosen) {
    var boxes = window.SelectBox, to = select.id, from = to.replace(/_to$/, "_from"), rest = document.getElementById(from);
    if (!boxes || !rest) return;
    Array.from(select.options).forEach(function (option) { option.selected = true; });
    boxes.move(to, from);
    Array.from(rest.options).forEach(function (option) { option.selected = chosen.indexOf(option.value) >= 0; });
    boxes.move(from, to);
  }
  function isSearched(field) { return field.matches("select.admin-autocomplete"); }
  function labelsOf(form) {
    var labels = {};
    form.querySelectorAll("select.admin-autocomplete").forEach(function (select) {
      Array.from(select.selectedOptions).forEach(function (option) { if (option.value) (labels[select.name] = labels[select.name] || {})[option.value] = option.text; });
    });
    return labels;
  }
  function same(one, other) { return JSON.stringify(one) === JSON.stringify(other); }
  function isHidden(group) { return group.every(function (field) { return field.type === "hidden"; }); }

  function clock(at) {
    var then = new Date(at), options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    if (then.toDateString() !== new Date().toDateString()) { options.day = "numeric"; options.month = "short"; }
    return then.toLocaleString("en-GB", options);
  }

  // The sets of rows of a form of the administration, outer ones first, as their names begin.
  function rowSets(form) {
    return Array.from(form.elements).filter(function (field) {
      return /-TOTAL_FORMS$/.test(field.name) && field.name.indexOf("__prefix__") < 0;
    }).map(function (field) { return field.name.slice(0, -"-TOTAL_FORMS".length); });
  }
  function valueOf(form, name) { var field = form.elements.namedItem(name); return field ? field.value : ""; }
  function rowsOf(prefix) { return document.getElementById(prefix + "-data"); }

  // Add the draft's rows; returns the sets whose stored rows are others now: their fields cannot be restored.
  function addRows(form, found) {
    var done = [], changed = [], prefix;
    function isOpen(name) { return done.indexOf(name) < 0; }
    while ((prefix = rowSets(form).find(isOpen)) !== undefined) {
      done.push(prefix);
      var total = (found.seen[prefix + "-TOTAL_FORMS"] || [])[0];
      if (total === undefined) continue;
      if (!hasSameRows(form, prefix, found)) { changed.push(prefix); continue; }
      for (var count = 0; count < MOST_ROWS && Number(valueOf(form, prefix + "-TOTAL_FORMS")) < Number(total); count += 1) {
        var button = rowsOf(prefix) && rowsOf(prefix).querySelector(":scope > .form-actions .add-row"), before = valueOf(form, prefix + "-TOTAL_FORMS");
        if (button) button.click();
        if (valueOf(form, prefix + "-TOTAL_FORMS") === before) break;
      }
    }
    return changed;
  }
  function hasSameRows(form, prefix, found) {
    var initial = valueOf(form, prefix + "-INITIAL_FORMS"), names = Object.keys(fields(form));
    if ((found.seen[prefix + "-INITIAL_FORMS"] || [])[0] !== initial) return false;
    return names.every(function (name) {
      var place = name.indexOf(prefix + "-") === 0 ? name.slice(prefix.length + 1).match(/^(\d+)-[a-z_]+$/) : null;
      if (!place || Number(place[1]) >= Number(initial) || !isHidden(fields(form)[name])) return true;
      return same(found.seen[name], [valueOf(form, name)]);
    });
  }
  // Tables of inputs (components/rows.html): adds the rows that the draft has. Returns those whose stored rows are others now.
  function addInputRows(form, found) {
    var changed = [];
    form.querySelectorAll("[data-rows-of]").forEach(function (box) {
      var prefix = box.dataset.rowsOf, button = box.querySelector(".hf-rows-add"), rows = box.querySelectorAll("tbody tr").length;
      if ((found.seen[prefix + "-state"] || [])[0] !== valueOf(form, prefix + "-state")) { changed.push(prefix); return; }
      Object.keys(found.values).forEach(function (name) {
        var place = name.indexOf(prefix + "-") === 0 ? Number(name.slice(prefix.length + 1).split("-")[0]) : -1;
        for (; rows <= place && rows < MOST_ROWS; rows += 1) button.click();
      });
    });
    return changed;
  }
  function removeAddedRows(form) {
    rowSets(form).reverse().forEach(function (prefix) {
      var rows = rowsOf(prefix) ? Array.from(rowsOf(prefix).querySelectorAll(":scope > .form-group.template:not(.empty-form)")) : [];
      rows.reverse().forEach(function (row) { var button = row.querySelector(".delete-template"); if (button) button.click(); });
    });
  }

  function showNote(form, mark, draft, discard) {
    var note = document.createElement("p"), button = document.createElement("button");
    note.className = "message draft-note";
    note.setAttribute("role", "status");
    note.append("Draft of " + clock(draft.at) + " restored. It is not saved yet. " + (draft.left || ""), button);
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = "Discard";
    button.addEventListener("click", function () { note.remove(); discard(); });
    mark.before(note);
    for (var around = form.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  }

  function attach(form, mark) {
    var key = formKey(form, mark), shown = {}, touched = {}, person = personOf(mark), sentId = mark.value, draft = null;
    var isRedrawn = mark.dataset.rows === "redrawn", hasAddedRows = mark.dataset.rows === "added", isRestoring = false;
    Object.entries(fields(form)).forEach(function (entry) { shown[entry[0]] = sentValues(entry[1]); });

    function keep(event) {
      if (isRestoring) return;
      var kept = { id: draft ? draft.id : newId(), person: person, key: key, at: Date.now(), values: {}, seen: {}, labels: labelsOf(form) };
      var isChanged = isRedrawn && event && event.type === "click"; // its button changes rows
      if (event && event.type === "submit") kept.sentKey = valueOf(form, "form_key");
      kept.asSent = draft && draft.asSent;
      Object.entries(fields(form)).forEach(function (entry) {
        var name = entry[0], chosen = values(entry[1]), isTouched = touched[name] || !same(chosen, shown[name]);
        if (isHidden(entry[1])) { kept.seen[name] = chosen; return; }
        if (isTouched || isRedrawn) kept.values[name] = chosen;
        isChanged = isChanged || isTouched;
      });
      if (isRedrawn && event && event.type === "click") kept.asSent = kept.values;
      if (isChanged) { draft = kept; write(draft); mark.value = draft.id; }
      else if (draft) { remove(draft.id); draft = null; mark.value = ""; }
    }

    if (sentId) {
      // The form came back with what was sent in it: that is the draft now.
      draft = read(PREFIX + sentId);
      if (draft && draft.person === person) {
        var redrawn = draft.isRedrawn && draft;
        if (isRedrawn) fillTypedLater();
        Object.keys(draft.values).forEach(function (name) { touched[name] = true; });
        draft.asSent = null;
        keep();
        if (redrawn) showNote(form, mark, redrawn, function () { remove(draft.id); location.reload(); });
      }
      else { draft = null; mark.value = ""; }
    } else {
      var found = own(person).find(function (other) { return other.key === key; });
      if (found) restore(found);
    }

    // What was typed while the server drew the rows is in the draft, and not in the form that came.
    function fillTypedLater() {
      Object.entries(fields(form)).forEach(function (entry) {
        var typed = draft.values[entry[0]], sent = (draft.asSent || {})[entry[0]];
        if (typed && sent && !same(typed, sent) && typed.length === entry[1].length && !isHidden(entry[1])) fill(entry[1], typed);
      });
    }

    function restore(found) {
      if (isRedrawn && !hasSameFields(found)) { redraw(found); return; }
      isRestoring = true;
      var left = addInputRows(form, found).concat(hasAddedRows ? addRows(form, found) : []), groups = fields(form), sets = hasAddedRows ? rowSets(form) : [], changed = false;
      function isOf(name) { return function (prefix) { return name.indexOf(prefix + "-") === 0; }; }
      Object.entries(found.values).forEach(function (entry) {
        if (!groups[entry[0]] || left.some(isOf(entry[0]))) return;
        if (!same(shown[entry[0]], entry[1])) changed = true;
        fill(groups[entry[0]], entry[1], (found.labels || {})[entry[0]]);
      });
      isRestoring = false;
      // An id of its own: a tab that is still open goes on with the earlier one.
      remove(found.id);
      if (!changed) return;
      Object.entries(found.seen).forEach(function (entry) {
        if (groups[entry[0]] && isHidden(groups[entry[0]]) && !sets.concat(left).some(isOf(entry[0]))) fill(groups[entry[0]], entry[1]);
      });
      if (found.sentKey && form.elements.form_key) form.elements.form_key.value = found.sentKey;
      draft = Object.assign({}, found, { id: newId() });
      write(draft);
      mark.value = draft.id;
      if (left.length) draft.left = "Rows that were changed meanwhile are shown as they are saved. ";
      showNote(form, mark, draft, discard);
    }
    function discard() {
      isRestoring = true;
      if (draft) remove(draft.id);
      draft = null;
      touched = {};
      mark.value = "";
      if (hasAddedRows) removeAddedRows(form);
      Object.entries(fields(form)).forEach(function (entry) {
        if (shown[entry[0]] && !COUNTS.test(entry[0])) fill(entry[1], shown[entry[0]]);
      });
      isRestoring = false;
    }
    function hasSameFields(found) {
      var kept = Object.assign({}, found.seen, found.values), names = Object.keys(shown);
      var groups = fields(form);
      return names.length === Object.keys(kept).length && names.every(function (name) {
        if (name === "form_seen" || !kept[name]) return !!kept[name];
        // A hidden field says who stands in a row.
        return groups[name] && isHidden(groups[name]) ? same(kept[name], shown[name]) : kept[name].length === shown[name].length;
      });
    }
    // The server draws the form again, with the rows that the draft has and this page has not.
    function redraw(found) {
      remove(found.id);
      draft = Object.assign({}, found, { id: newId(), isRedrawn: true });
      write(draft);
      mark.value = draft.id;
      isRestoring = true; // the form that comes goes on
      form.addEventListener("formdata", function (event) {
        Object.keys(fields(form)).forEach(function (name) { event.formData.delete(name); });
        Object.entries(Object.assign({}, found.seen, found.values)).forEach(function (entry) {
          entry[1].forEach(function (value) { event.formData.append(entry[0], value); });
        });
      }, { once: true });
      form.querySelector("[data-redraw]").click();
    }

    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
    form.addEventListener("submit", keep);
    if (isRedrawn) form.addEventListener("click", function (event) { if (event.target.closest("button[name=do]")) keep(event); }, true);
    if (hasAddedRows) {
      if (form.querySelector("select.filtered")) ["click", "dblclick", "keyup"].forEach(function (kind) {
        form.addEventListener(kind, function () { setTimeout(keep); }); // no event says that a choice was moved
      });
      form.addEventListener("formset:added", keep);
      document.addEventListener("formset:removed", keep);
    }
  }

  function attachAll() {
    removeSent();
    document.querySelectorAll("form[method=post] [data-draft]").forEach(function (mark) {
      if (mark.isAttached || !personOf(mark)) return;
      mark.isAttached = true;
      // The administration asks before somebody leaves a form; where the draft has all of it, nothing would be lost.
      if (mark.dataset.rows === "added" && !mark.form.querySelector(SECRET) && canKeep()) mark.form.classList.remove("warn-unsaved-form");
      // Rows need the other scripts of the page.
      if (!mark.dataset.rows || document.readyState === "complete") attach(mark.form, mark);
      else window.addEventListener("load", function () { attach(mark.form, mark); });
    });
  }

  // Who signs out leaves the browser to others: their texts go too, but not unasked.
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("[data-sign-out], #logout-form")) return;
    var drafts = own(personOf());
    if (!drafts.length) return;
    var words = drafts.length === 1 ? "One text is not saved yet. Sign out and delete it?" : drafts.length + " texts are not saved yet. Sign out and delete them?";
    if (window.confirm(words)) drafts.forEach(function (draft) { remove(draft.id); });
    else event.preventDefault();
  });

  document.addEventListener("htmx:after:settle", attachAll);
  attachAll();
})();
