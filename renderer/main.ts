import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { host } from './host.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has lost its #app element');
mount(App, { target });
void host.reconnect();
