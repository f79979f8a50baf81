'use strict';
// Adds comfort to a page that is complete without it: one cursor over all charts, and a switch between light and dark.
(function () {
  var root = document.documentElement;
  var names = ['auto', 'light', 'dark'];
  var stored = null;
  try { stored = localStorage.getItem('plimsoll-theme'); } catch (ignored) { stored = null; }
  var current = Math.max(0, names.indexOf(stored));
  var button = document.createElement('button');
  button.id = 'theme';
  button.type = 'button';
  function show() {
    if (current === 0) { root.removeAttribute('data-theme'); } else { root.setAttribute('data-theme', names[current]); }
    button.textContent = 'theme: ' + names[current];
  }
  button.addEventListener('click', function () {
    current = (current + 1) % names.length;
    try { localStorage.setItem('plimsoll-theme', names[current]); } catch (ignored) { stored = null; }
    show();
  });
  show();
  document.body.appendChild(button);

  var charts = Array.prototype.slice.call(document.querySelectorAll('svg[data-time]'));
  var rows = Array.prototype.slice.call(document.querySelectorAll('#numbers tr[data-t]'));
  if (charts.length === 0 || rows.length === 0) { return; }
  var heads = Array.prototype.map.call(document.querySelectorAll('#numbers th'), function (th) { return th.textContent; });
  var readout = document.createElement('div');
  readout.id = 'readout';
  readout.hidden = true;
  document.body.appendChild(readout);
  var cursors = charts.map(function (chart) {
    var line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
    line.setAttribute('class', 'cursor');
    line.setAttribute('y1', '0');
    line.setAttribute('y2', String(chart.viewBox.baseVal.height - 36));
    line.setAttribute('visibility', 'hidden');
    chart.appendChild(line);
    return line;
  });
  var times = rows.map(function (row) { return Number(row.getAttribute('data-t')); });
  function hide() {
    readout.hidden = true;
    cursors.forEach(function (line) { line.setAttribute('visibility', 'hidden'); });
  }
  function move(chart, event) {
    var box = chart.getBoundingClientRect();
    var x = (event.clientX - box.left) / box.width * chart.viewBox.baseVal.width;
    var extent = chart.getAttribute('data-time').split(' ').map(Number);
    if (extent[0] > x || x > extent[1]) { hide(); return; }
    var t = (x - extent[0]) / (extent[1] - extent[0]) * extent[2];
    var at = 0;
    times.forEach(function (start, i) { if (t >= start) { at = i; } });
    cursors.forEach(function (line) {
      line.setAttribute('x1', String(x));
      line.setAttribute('x2', String(x));
      line.setAttribute('visibility', 'visible');
    });
    var cells = rows[at].children;
    var parts = [];
    heads.forEach(function (head, i) { parts.push(head + ' ' + cells[i].textContent); });
    readout.textContent = parts.join('   ·   ');
    readout.hidden = false;
  }
  charts.forEach(function (chart) {
    chart.addEventListener('mousemove', function (event) { move(chart, event); });
    chart.addEventListener('mouseleave', hide);
  });
}());
