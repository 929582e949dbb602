// Answers each request with a table as JSON, compressed. Its argument: the port.
const http = require('http');
const zlib = require('zlib');

http.createServer((request, response) => {
  const rows = Array.from({length: 40}, (_, i) => ({i, text: 'x'.repeat(i)}));
  const text = JSON.stringify({url: request.url, headers: request.headers, rows});
  zlib.gzip(Buffer.from(text), {level: 1}, (error, body) => {
    response.writeHead(200, {'content-type': 'application/json'});
    response.end(body);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
