// The page is whole without this: it adds partners that light up, keys, search and your place.
(function () {
  "use strict";
  var all = function (selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  };
  var byId = function (id) { return document.getElementById(id); };
  var sentences = all(".s[data-key]");
  var articles = all("article");
  var sections = all("details");
  var languages = all(".language");
  var search = byId("search");
  var found = byId("found");
  var help = byId("help");
  var keys = byId("keys");
  var keysOn = byId("keys-on");

  all(".scripted").forEach(function (element) { element.hidden = false; });

  // What is kept from one visit to the next; nothing, where the browser keeps nothing.
  var MOST_KEPT = 60;
  function recall(name, fallback) {
    try {
      var kept = JSON.parse(localStorage.getItem("digest." + name));
      return typeof kept === typeof fallback && Array.isArray(kept) === Array.isArray(fallback) ? kept : fallback;
    } catch (_) { return fallback; }
  }
  function remember(name, value) {
    try { localStorage.setItem("digest." + name, JSON.stringify(value)); } catch (_) { /* as if it were new */ }
  }

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

  // What a word means can be put away with Escape (WCAG 1.4.13), until the word is left.
  function silence(word) {
    word.classList.add("silent");
    ["mouseleave", "blur"].forEach(function (name) {
      word.addEventListener(name, function () { word.classList.remove("silent"); }, { once: true });
    });
  }

  // The last language stays on: switching it off switches the other one on.
  function show(box, on) {
    box.checked = on;
    if (!on && !languages.some(function (each) { return each.checked; })) {
      languages.forEach(function (each) { each.checked = each !== box; });
    }
    remember("languages", languages.filter(function (each) { return each.checked; }).map(function (each) { return each.id; }));
  }
  var shown = recall("languages", []);
  languages.forEach(function (box) {
    if (shown.length) { box.checked = shown.indexOf(box.id) >= 0; }
    box.addEventListener("change", function () { show(box, box.checked); });
  });
  function toggle(id) {
    var box = byId(id);
    if (box) { show(box, !box.checked); }
  }

  function visible(element) { return element.getClientRects().length > 0; }

  function step(elements, current, by) {
    var seen = elements.filter(visible);
    var at = seen.indexOf(current);
    var next = at < 0 ? (by > 0 ? 0 : seen.length - 1) : at + by;
    if (seen[next]) { seen[next].focus(); }
  }

  function fold() {
    var open = sections.every(function (each) { return !each.open; });
    sections.forEach(function (each) { each.open = open; });
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || (keys && keys.open)) { return; }
    var active = document.activeElement;
    if (active && active === search) {
      if (event.key === "Escape") { search.value = ""; filter(); search.blur(); }
      return;
    }
    if (event.key === "Escape") { all(".g:hover, .g:focus").forEach(silence); return; }
    if (keysOn && !keysOn.checked) { return; }
    var article = active && active.closest ? active.closest("article") : null;
    var sentence = active && active.closest ? active.closest(".s") : null;
    if ((event.key === "j" || event.key === "k") && !articles.some(visible)) { fold(); }
    if (event.key === "j") { step(articles, article, 1); }
    else if (event.key === "k") { step(articles, article, -1); }
    else if (event.key === "ArrowRight" && article) { step(all(".s[data-key]", article), sentence, 1); }
    else if (event.key === "ArrowLeft" && article) { step(all(".s[data-key]", article), sentence, -1); }
    else if (event.key === "o" && languages[1]) { toggle(languages[1].id); }
    else if (event.key === "e") { toggle("show-en"); }
    else if (event.key === "n") { toggle("show-nl"); }
    else if (event.key === "f") { fold(); }
    else if (event.key === "/" && search) { search.focus({ preventScroll: true }); }
    else if (event.key === "?" && help) { keys.showModal(); }
    else { return; }
    event.preventDefault();
  });
  if (help) { help.addEventListener("click", function () { keys.showModal(); }); }
  // Single keys can be switched off, as those need who speak to their machine (WCAG 2.1.4).
  keysOn.checked = recall("keys", "on") === "on";
  keysOn.addEventListener("change", function () { remember("keys", keysOn.checked ? "on" : "off"); });

  // Words of an item as they are looked for: without accents, and without what words mean.
  function letters(text) { return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, ""); }
  var texts = new Map();
  function textOf(article) {
    if (!texts.has(article)) {
      var copy = article.cloneNode(true);
      all(".meaning", copy).forEach(function (meaning) { meaning.remove(); });
      texts.set(article, letters(copy.textContent));
    }
    return texts.get(article);
  }

  var before = null;  // where one was when the search began
  function filter() {
    var wanted = letters(search.value).split(/\s+/).filter(Boolean);
    var count = 0;
    if (wanted.length && before === null) { before = window.scrollY; }
    articles.forEach(function (article) {
      article.hidden = !wanted.every(function (word) { return textOf(article).indexOf(word) >= 0; });
      count += article.hidden ? 0 : 1;
    });
    all("main > section").forEach(function (section) {
      var items = all("article", section);
      section.hidden = items.length > 0 && items.every(function (each) { return each.hidden; });
      if (wanted.length && !section.hidden) { section.querySelector("details").open = true; }
    });
    found.textContent = wanted.length ? count + " of " + articles.length + (articles.length === 1 ? " item" : " items") : "";
    if (!wanted.length && before !== null) {
      window.scrollTo(0, before);
      before = null;
    }
  }
  if (search) { search.addEventListener("input", filter); }

  // What is led to, or printed, is unfolded.
  function unfold() {
    var target = document.querySelector(":target");
    var section = target && target.closest("details");
    if (section && !section.open) { section.open = true; target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", unfold);
  unfold();
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = sections.filter(function (each) { return !each.open; });
    folded.forEach(function (each) { each.open = true; });
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (each) { each.open = false; });
  });

  // Where you were in this edition: the item at the top, and how far into it.
  var edition = document.body.dataset.edition;
  function keepPlace() {
    if (before !== null) { return; }
    var top = articles.filter(function (each) { return visible(each) && each.getBoundingClientRect().bottom > 80; })[0];
    var kept = recall("places", []).filter(function (each) { return each.edition !== edition; }).slice(-MOST_KEPT);
    if (top && window.scrollY > 0) {
      kept.push({ edition: edition, item: top.id, into: Math.round(-top.getBoundingClientRect().top) });
    }
    remember("places", kept);
  }
  var waiting = 0;
  window.addEventListener("scroll", function () {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(keepPlace, 300);
  }, { passive: true });
  window.addEventListener("pagehide", keepPlace);
  var place = recall("places", []).filter(function (each) { return each.edition === edition; })[0];
  var item = place && !location.hash ? byId(place.item) : null;
  if (item && window.scrollY === 0) { window.scrollTo(0, item.getBoundingClientRect().top + window.scrollY + place.into); }
}());
