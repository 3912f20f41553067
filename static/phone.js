// Looks again while the phone screen is open, and changes only the parts that say something new.
(function () {
  "use strict";
  var main = document.querySelector("main[data-again]");
  if (!main) return;
  function said(element) { return element.textContent.replace(/\s+/g, " ").trim(); }
  function names(element) { return Array.from(element.children, function (part) { return part.id; }).join(" "); }
  function show(now) {
    if (names(now) !== names(main)) { main.replaceChildren.apply(main, Array.from(now.childNodes)); return; }
    Array.from(main.children).forEach(function (part, place) {
      if (said(part) !== said(now.children[place])) part.replaceWith(now.children[place].cloneNode(true));
    });
  }
  // The session has ended: the screen stays readable, and says that nothing new will come.
  function showEnd(address) {
    clearInterval(timer);
    var notice = document.createElement("p"), link = document.createElement("a");
    notice.className = "message message-error";
    notice.setAttribute("role", "alert");
    link.href = address;
    link.textContent = "Sign in again";
    notice.append("You were signed out. This screen shows nothing new. ", link);
    main.before(notice);
  }
  var timer = setInterval(function () {
    if (document.hidden) return;
    // A refresh by itself does not keep a session alive, so it is marked.
    fetch(location.href, { credentials: "same-origin", headers: { "X-Refresh": "1" } })
      .then(function (answer) {
        if (answer.headers.get("Session-Ended")) showEnd(answer.headers.get("Session-Ended"));
        return answer.ok && !answer.redirected ? answer.text() : "";
      })
      .then(function (text) {
        var now = new DOMParser().parseFromString(text, "text/html").querySelector("main");
        if (!now || said(now) === said(main)) return;
        var held = document.activeElement && main.contains(document.activeElement) ? said(document.activeElement) : "";
        show(now);
        if (held && !main.contains(document.activeElement)) Array.from(main.querySelectorAll("a, button")).forEach(function (one) { if (said(one) === held) one.focus(); });
      })
      .catch(function () { /* the network is bad at night: the next look may succeed */ });
  }, Number(main.dataset.again) * 1000);
})();
