import { render } from 'preact';
import { App } from './app';
import { store } from './live/store';
import './style/base.css';
import './style/layout.css';
import './style/parts.css';
import './style/tables.css';
import './style/vault.css';

const app = document.getElementById('app');
if (app) render(<App />, app);
store.start();
