// The page is whole without this: it adds partners that light up, keys and search.
(function () {
  "use strict";
  var all = function (selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  };
  var sentences = all(".s[data-key]");
  var articles = all("article");
  var search = document.getElementById("search");
  var found = document.getElementById("found");
  var toggle = document.getElementById("show-other");

  all(".scripted").forEach(function (element) { element.hidden = false; });

  function light(sentence, on) {
    sentences.forEach(function (other) {
      if (other !== sentence && other.dataset.key === sentence.dataset.key) {
        other.classList.toggle("partner", on);
      }
    });
  }
  sentences.forEach(function (sentence) {
    sentence.tabIndex = -1;
    ["mouseenter", "focus"].forEach(function (name) {
      sentence.addEventListener(name, function () { light(sentence, true); });
    });
    ["mouseleave", "blur"].forEach(function (name) {
      sentence.addEventListener(name, function () { light(sentence, false); });
    });
  });

  function visible(element) { return element.getClientRects().length > 0; }

  function step(elements, current, by) {
    var shown = elements.filter(visible);
    var at = shown.indexOf(current);
    var next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : at + by;
    if (shown[next]) { shown[next].focus(); }
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    var active = document.activeElement;
    if (active && active.tagName === "INPUT" && active.type === "search") {
      if (event.key === "Escape") { active.value = ""; filter(); active.blur(); }
      return;
    }
    var article = active && active.closest ? active.closest("article") : null;
    var sentence = active && active.closest ? active.closest(".s") : null;
    if (event.key === "j") { step(articles, article, 1); }
    else if (event.key === "k") { step(articles, article, -1); }
    else if (event.key === "ArrowRight" && article) { step(all(".s[data-key]", article), sentence, 1); }
    else if (event.key === "ArrowLeft" && article) { step(all(".s[data-key]", article), sentence, -1); }
    else if (event.key === "o" && toggle) { toggle.checked = !toggle.checked; }
    else if (event.key === "/" && search) { search.focus(); }
    else { return; }
    event.preventDefault();
  });

  function filter() {
    var wanted = search.value.trim().toLowerCase();
    var shown = 0;
    articles.forEach(function (article) {
      article.hidden = wanted !== "" && article.textContent.toLowerCase().indexOf(wanted) < 0;
      shown += article.hidden ? 0 : 1;
    });
    found.textContent = wanted === "" ? "" : shown + " of " + articles.length + " items";
  }
  if (search) { search.addEventListener("input", filter); }
}());
