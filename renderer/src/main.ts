import { mount } from 'svelte';
import './tokens.css';
import './base.css';
import App from './App.svelte';
import { loadPage } from './pages/pages.ts';
import { parseRoute } from './route.ts';

// On its way while it is asked who looks. Where it does not come, the page itself says so.
loadPage(parseRoute(location.hash).page).catch(() => {});

const target = document.getElementById('app');
if (target) mount(App, { target });
