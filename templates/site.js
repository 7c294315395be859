// Searches the editions of a site: an index a month, loaded when it is needed, the newest first.
(function () {
  "use strict";
  var form = document.querySelector(".search");
  var box = document.getElementById("query");
  var found = document.getElementById("found");
  var results = document.getElementById("results");
  var more = document.getElementById("more");
  var root = form.dataset.root;
  var PAGE = 30;
  var months = null;
  var indexes = {};
  var waiting = {};
  var turn = 0;

  // What a script brings calls one of the two functions below; what cannot be loaded, neither.
  function load(name, then) {
    if (waiting[name]) { waiting[name].push(then); return; }
    waiting[name] = [then];
    var script = document.createElement("script");
    script.src = root + "search/" + name + ".js";
    script.onload = script.onerror = function () {
      var all = waiting[name];
      delete waiting[name];
      script.remove();
      all.forEach(function (each) { each(); });
    };
    document.head.appendChild(script);
  }
  window.digestMonths = function (keys) { months = keys; };
  window.digestIndex = function (month, index) { indexes[month] = index; };

  function words(text) {
    var folded = text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
    return folded.match(/[\p{L}\p{N}]{2,}|\p{Nd}/gu) || [];
  }

  // The places of items that have words beginning so.
  function having(index, start) {
    var places = {};
    Object.keys(index.w).forEach(function (word) {
      if (word.indexOf(start) !== 0) { return; }
      var at = 0;
      index.w[word].split(" ").forEach(function (step) {
        at += parseInt(step, 36);
        places[at] = true;
      });
    });
    return places;
  }

  function matches(index, wanted) {
    var sets = wanted.map(function (start) { return having(index, start); });
    return Object.keys(sets[0]).map(Number).filter(function (place) {
      return sets.every(function (set) { return set[place]; });
    }).sort(function (one, two) { return one - two; });
  }

  function say(parent, element, text, language) {
    var child = document.createElement(element);
    if (language) { child.lang = language; }
    child.textContent = text;
    parent.appendChild(child);
    return child;
  }

  function show(index, place) {
    var item = index.i[place];
    var edition = index.e[item[0]];
    var line = document.createElement("li");
    say(line, "a", item[2], index.l[0]).href = root + "editions/" + edition[0] + "#item-" + item[1];
    if (item[3]) { say(line, "small", item[3], index.l[1]); }
    var day = say(line, "small", "", "");
    index.l.forEach(function (language, at) {
      if (at) { day.append(" · "); }
      say(day, "span", edition[2 + at], language);
    });
    if (edition[1]) { day.append(" · " + edition[1]); }
    results.appendChild(line);
  }

  // Goes from month to month until there is one result more than a page of them has.
  function search(state) {
    if (state.turn !== turn) { return; }
    if (!months || state.month >= months.length) { return finish(state, false); }
    var key = months[state.month];
    if (!(key in indexes) && !state.tried) {
      state.tried = true;
      return load(key, function () { search(state); });
    }
    state.failed = state.failed || !(key in indexes);
    var left = key in indexes ? matches(indexes[key], state.wanted).slice(state.place) : [];
    for (var at = 0; at < left.length; at += 1) {
      if (state.count === state.most) { return finish(state, true); }
      show(indexes[key], left[at]);
      state.count += 1;
      state.place += 1;
    }
    state.month += 1;
    state.place = 0;
    state.tried = false;
    search(state);
  }

  function finish(state, goesOn) {
    var items = state.count === 1 ? "1 item" : state.count + " items";
    var said = state.count === 0 ? "Nothing was found. · Niets gevonden." : goesOn ? "The newest " + items : items;
    found.textContent = (state.failed ? "Not all months could be loaded. " : "") + said;
    more.hidden = !goesOn;
    more.onclick = function () {
      var before = results.children.length;
      state.most += PAGE;
      search(state);
      if (more.hidden && results.children[before]) { results.children[before].querySelector("a").focus(); }
    };
  }

  function begin() {
    var wanted = words(box.value);
    turn += 1;
    results.textContent = "";
    found.textContent = "";
    more.hidden = true;
    if (!wanted.length) {
      if (box.value.trim()) { found.textContent = "Type two letters or more, or a number."; }
      return;
    }
    found.textContent = "Searching… · Zoeken…";
    var state = { turn: turn, wanted: wanted, month: 0, place: 0, count: 0, most: PAGE, tried: false, failed: false };
    if (months) { return search(state); }
    load("months", function () {
      state.failed = !months;
      search(state);
    });
  }
  box.addEventListener("input", begin);
  form.addEventListener("submit", function (event) { event.preventDefault(); begin(); });
  if (box.value) { begin(); }
}());
