'use strict';
(() => {
  const plain = text => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const form = document.getElementById('search');
  const shown = form.querySelector('output');
  const rules = [...document.querySelectorAll('article.rule')].map(article => [article, plain(article.textContent)]);
  const search = () => {
    const wanted = plain(form.elements.words.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [article, text] of rules) {
      article.hidden = !wanted.every(word => text.includes(word));
      count += article.hidden ? 0 : 1;
    }
    shown.value = `${count} / ${rules.length}`;
  };
  const cases = [...document.querySelectorAll('details')];
  addEventListener('beforeprint', () => cases.forEach(one => { one.open = true; }));
  form.hidden = false;
  form.addEventListener('input', search);
  form.addEventListener('submit', event => event.preventDefault());
  search();
})();
