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
    return folded.match(/[\p{L}\p{N}]{2,}/gu) || [];
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

  function show(index, place) {
    var item = index.i[place];
    var edition = index.e[item[0]];
    var line = document.createElement("li");
    var link = document.createElement("a");
    link.href = root + "editions/" + edition[0] + "#item-" + item[1];
    link.textContent = item[2];
    line.appendChild(link);
    [item[3], edition[1]].forEach(function (text, at) {
      if (!text) { return; }
      var small = document.createElement("small");
      if (at === 0) { small.lang = "nl"; }
      small.textContent = text;
      line.appendChild(small);
    });
    results.appendChild(line);
  }

  // Goes from month to month until a page of results is full; `after` shows where to go on.
  function search(wanted, month, place, count, mine) {
    if (mine !== turn) { return; }
    if (!months || month >= months.length) { return finish(wanted, count, null); }
    var key = months[month];
    if (!(key in indexes)) {
      return load(key, function () {
        if (!(key in indexes)) { indexes[key] = { e: [], i: [], w: {} }; }
        search(wanted, month, place, count, mine);
      });
    }
    var left = matches(indexes[key], wanted).slice(place);
    for (var at = 0; at < left.length; at += 1) {
      show(indexes[key], left[at]);
      count += 1;
      if (count % PAGE === 0) { return finish(wanted, count, [month, place + at + 1]); }
    }
    search(wanted, month + 1, 0, count, mine);
  }

  function finish(wanted, count, next) {
    var items = count === 1 ? "1 item" : count + " items";
    found.textContent = count === 0 ? "Nothing was found. · Niets gevonden." : next ? "The newest " + items : items;
    more.hidden = !next;
    more.onclick = next ? function () { search(wanted, next[0], next[1], count, turn); } : null;
  }

  function begin() {
    var wanted = words(box.value);
    turn += 1;
    results.textContent = "";
    found.textContent = "";
    more.hidden = true;
    if (!wanted.length) { return; }
    var mine = turn;
    if (months) { return search(wanted, 0, 0, 0, mine); }
    load("months", function () { search(wanted, 0, 0, 0, mine); });
  }
  box.addEventListener("input", begin);
  form.addEventListener("submit", function (event) { event.preventDefault(); begin(); });
  if (box.value) { begin(); }
}());
