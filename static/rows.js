// "Add a row" below a table of inputs (components/rows.html): copies the last row, empty, with the next number.
(function () {
  "use strict";
  function addRow(box) {
    var body = box.querySelector("tbody"), last = body.lastElementChild, row = last.cloneNode(true);
    var prefix = box.dataset.rowsOf + "-", count = body.children.length;
    row.querySelectorAll("[name]").forEach(function (input) {
      var column = input.name.slice(prefix.length).replace(/^\d+-/, "");
      input.name = prefix + count + "-" + column;
      if (input.hasAttribute("aria-label")) input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+$/, count + 1));
      if (input.type === "checkbox") input.checked = false;
      else input.value = input.defaultValue = "";
    });
    body.appendChild(row);
    row.querySelector("input:not([type=hidden]), select, textarea").focus();
  }
  document.querySelectorAll(".hf-rows-add[hidden]").forEach(function (button) { // the script stands below each table
    button.hidden = false;
    button.addEventListener("click", function () { addRow(button.closest(".hf-rows")); });
  });
})();
