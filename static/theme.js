// Sets light or dark before anything is drawn: what the reader chose, else what their system says.
(function () {
  var chosen = null;
  try { chosen = localStorage.getItem("theme"); } catch (error) { /* storage is off: follow the system */ }
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function show() { document.documentElement.setAttribute("data-bs-theme", chosen || (dark.matches ? "dark" : "light")); }
  show();
  dark.addEventListener("change", show);
  window.setTheme = function (theme) {
    chosen = theme;
    try { localStorage.setItem("theme", theme); } catch (error) { /* this page only, then */ }
    show();
  };
})();
