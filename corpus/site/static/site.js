'use strict';
const basket = JSON.parse(localStorage.getItem('basket') || '[]');

function show() {
  const count = basket.reduce((sum, line) => sum + line.quantity, 0);
  document.querySelector('#basket-count').textContent = String(count);
}

async function add(product, quantity) {
  const line = basket.find((one) => one.product === product);
  if (line) line.quantity += quantity;
  else basket.push({ product, quantity });
  localStorage.setItem('basket', JSON.stringify(basket));
  show();
  const answer = await fetch('/api/basket', {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ lines: basket }),
  });
  if (!answer.ok) console.warn('basket not saved:', answer.status);
}

function listen() {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(`${scheme}//${location.host}/stock`);
  socket.onmessage = (event) => {
    const { product, stock } = JSON.parse(event.data);
    const place = document.querySelector(`[data-stock="${product}"]`);
    if (place) place.textContent = stock > 0 ? `${stock} in stock` : 'sold out';
  };
  socket.onclose = () => setTimeout(listen, 5000);
}

document.querySelectorAll('[data-add]').forEach((button) => {
  button.addEventListener('click', () => add(Number(button.dataset.add), 1));
});
show();
listen();
