// Express with csurf, and its own answer to unknown routes. Usage: express.js PORT
const cookies = require('cookie-parser');
const csurf = require('csurf');
const express = require('express');

const app = express();
app.use(cookies());
app.use('/express/form', csurf({ cookie: true }));
app.post('/express/form', (request, response) => response.send('ok'));
app.listen(Number(process.argv[2]), '127.0.0.1');
