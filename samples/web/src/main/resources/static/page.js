import { TASKS } from './tasks.js';
import { Problem, get, post, stopGeneration, stream } from './client.js';
import { announce, element, render, timings } from './results.js';
import { curl, java } from './snippets.js';

const at = (id) => document.getElementById(id);
const inputs = new Map(); // what was typed, by task and field, for who comes back to a task
let models = [];
let task = TASKS[0];
let running = null; // { abort, id, stopped } of the call that goes on

const instance = () => models.find((each) => each.model === at('model').value) ?? models[0];
const configured = (path) => instance()?.tasks.find((each) => each.task === path);

function control(field) {
  const key = `${task.path}/${field.name}`;
  const value = inputs.get(key) ?? field.value ?? '';
  let made;
  if (field.kind === 'choice') {
    made = element('select', {}, ...field.choices.map(([choice, name]) => element('option', { value: choice, textContent: name })));
    made.value = value;
  } else if (field.rows > 1) {
    made = element('textarea', { rows: field.rows, value });
  } else {
    made = element('input', { type: field.kind === 'number' ? 'number' : 'text', value, autocomplete: 'off', placeholder: field.option ? 'default' : '' });
    Object.entries(field.attributes ?? {}).forEach(([name, setting]) => made.setAttribute(name, setting));
  }
  made.name = field.name;
  made.addEventListener('input', () => {
    inputs.set(key, made.value);
    showSnippets();
  });
  return element('label', { className: 'field' },
    element('span', {}, field.label, field.hint ? element('small', { textContent: ` (${field.hint})` }) : ''), made);
}

function buildForm() {
  const main = task.fields.filter((field) => !field.option);
  const options = task.fields.filter((field) => field.option);
  const run = element('button', { type: 'submit', id: 'run', textContent: task.streamed ? 'Write' : 'Run' });
  const stop = element('button', { type: 'button', id: 'stop', className: 'second', textContent: 'Stop', hidden: true });
  stop.addEventListener('click', end);
  at('form').replaceChildren(
    ...main.map(control),
    ...(options.length ? [element('div', { className: 'row' }, ...options.map(control))] : []),
    element('div', { className: 'buttons' }, run, stop, element('span', { textContent: 'Ctrl + Enter' })));
}

function value(field) {
  const typed = at('form').elements[field.name].value;
  switch (field.kind) {
    case 'number': return typed.trim() === '' ? undefined : Number(typed);
    case 'list': return typed.trim() === '' ? undefined : typed.split(',').map((each) => each.trim()).filter(Boolean);
    case 'lines': return typed.split('\n').map((each) => each.trim()).filter(Boolean);
    default: return field.option ? typed.trim() || undefined : typed;
  }
}

/** The body of the call that the form describes. */
function request() {
  const body = {};
  const options = {};
  for (const field of task.fields) {
    const given = value(field);
    if (given !== undefined) {
      (field.option ? options : body)[field.name] = given;
    }
  }
  if (Object.keys(options).length) {
    body.options = options;
  }
  if (instance() && instance().model !== 'default') {
    body.model = instance().model;
  }
  return body;
}

function showSnippets() {
  at('curl').textContent = curl(task, request());
  at('java').textContent = java(task, request(), configured(task.path)?.source);
}

function showTasks() {
  at('tasks').replaceChildren(...TASKS.map((each) => {
    const link = element('a', { href: `#${each.path}`, textContent: each.title });
    if (each === task) {
      link.setAttribute('aria-current', 'page');
    }
    if (models.length && !configured(each.path)?.configured) {
      link.className = 'absent';
      link.title = 'No model is configured for this task';
    }
    return element('li', {}, link);
  }));
}

function showTask() {
  running?.abort.abort();
  running = null;
  document.title = `${task.title} · Parlance`;
  at('title').textContent = task.title;
  at('about').textContent = task.about;
  showTasks();
  buildForm();
  clearResult();
  at('status').textContent = '';
  const found = configured(task.path);
  at('notice').hidden = !found || found.configured;
  if (found && !found.configured) {
    at('notice').replaceChildren(
      'No model is configured for this task. Start the application with ',
      element('code', { textContent: `--${found.property}=models/name` }),
      ', where the value is a folder that was exported to ONNX, ',
      element('code', { textContent: 'hf:organisation/name' }), ' or ',
      element('code', { textContent: 'classpath:name' }), '.');
  }
  at('run').disabled = Boolean(found && !found.configured);
  at('card-part').hidden = !found?.configured;
  at('card-part').open = false;
  at('card').replaceChildren();
  if (task.path === 'fill-mask' && found?.configured) {
    describe().then((model) => spellMask(model.mask_token)).catch(() => {});
  }
  showSnippets();
}

const describe = () => get(`api/models/${encodeURIComponent(instance().model)}/${task.path}`);

/** Each model has its own word for a gap; the example is to show that of this one. */
function spellMask(token) {
  const field = at('form').elements.text;
  if (task.path === 'fill-mask' && token && !inputs.has('fill-mask/text')) {
    field.value = field.value.replace('[MASK]', token);
    showSnippets();
  }
}

function clearResult() {
  at('problem').hidden = true;
  at('result').hidden = true;
  at('json-part').hidden = true;
}

function showProblem(failure) {
  const known = failure instanceof Problem;
  at('problem').replaceChildren(
    element('strong', { textContent: known ? failure.title : 'The server cannot be reached' }),
    known ? failure.message : 'Is it still running?');
  at('problem').hidden = false;
  at('status').textContent = '';
}

function showAnswer(body, answer) {
  at('output').replaceChildren(...render(task.path, body, answer.result));
  at('timings').replaceChildren(...timings(answer.timings));
  at('json').textContent = JSON.stringify(answer, null, 2);
  at('json-part').hidden = false;
  at('result').hidden = false;
}

function busy(yes) {
  at('run').disabled = yes;
  at('stop').hidden = !yes;
  at('result').setAttribute('aria-busy', String(yes));
}

async function run() {
  if (at('run').disabled) {
    return;
  }
  const call = { abort: new AbortController(), id: null };
  const body = request();
  running = call;
  clearResult();
  busy(true);
  at('status').textContent = 'Working …';
  try {
    if (task.streamed) {
      await write(body, call);
    } else {
      const answer = await post(`api/${task.path}`, body, call.abort.signal);
      if (running === call) {
        showAnswer(body, answer);
        at('status').textContent = announce(task.path, body, answer.result);
      }
    }
  } catch (failure) {
    if (running === call) {
      if (failure.name === 'AbortError') {
        at('status').textContent = 'Stopped.';
      } else {
        showProblem(failure);
      }
    }
  } finally {
    if (running === call) {
      running = null;
      busy(false);
    }
  }
}

/** Shows a text as it is written; screen readers are told when it is done. */
async function write(body, call) {
  const written = element('span', { className: 'writing' });
  at('output').replaceChildren(element('p', { className: 'text plain' }, element('span', { className: 'prompt', textContent: body.prompt }), written));
  at('timings').replaceChildren();
  at('result').hidden = false;
  let pieces = 0;
  await stream('api/generate/stream', body, call.abort.signal, (event, data) => {
    if (running !== call) {
      return;
    }
    if (event === 'start') {
      call.id = data.id;
    } else if (event === 'text') {
      pieces++;
      written.append(data.text);
    } else if (event === 'end') {
      showAnswer(body, data);
      at('status').textContent = `Done: ${data.result.token_ids.length} tokens.`;
    } else if (event === 'stopped') {
      at('timings').replaceChildren(...timings(data.timings));
      at('status').textContent = `Stopped after ${pieces} pieces.`;
    } else {
      throw new Problem(data);
    }
  });
  written.classList.remove('writing');
}

/** The server ends a generation and says so; any other call is left alone, and what it gives is not shown. */
async function end() {
  const call = running;
  if (call?.id) {
    await stopGeneration(call.id);
  } else {
    call?.abort.abort();
  }
}

async function showCard() {
  if (!at('card-part').open || at('card').childElementCount) {
    return;
  }
  const shown = task;
  at('card').replaceChildren(element('p', { textContent: 'Loading …' }));
  try {
    const model = await describe();
    if (shown !== task) {
      return;
    }
    const facts = [['From', model.source], ['SHA-256', model.digest], ['Property', model.property]];
    if (model.labels) {
      facts.push(['Labels', `${model.labels.length}: ${model.labels.slice(0, 8).join(', ')}${model.labels.length > 8 ? ', …' : ''}`]);
    }
    const text = element('div');
    text.innerHTML = model.card ?? '<p>No card lies beside this model.</p>'; // the server escapes what cards hold
    at('card').replaceChildren(
      element('dl', { className: 'facts' }, ...facts.flatMap(([name, fact]) => [element('dt', { textContent: name }), element('dd', { textContent: fact })])),
      text);
  } catch (failure) {
    at('card').replaceChildren(element('p', { textContent: failure.message }));
  }
}

async function copy(button) {
  const code = button.nextElementSibling;
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  } catch {
    getSelection().selectAllChildren(code); // pages over plain HTTP have no clipboard
  }
}

function route() {
  const found = TASKS.find((each) => `#${each.path}` === location.hash);
  if (location.hash === '#main' || (found === task && at('form').childElementCount)) {
    return;
  }
  task = found ?? TASKS[0];
  showTask();
}

at('form').addEventListener('submit', (event) => {
  event.preventDefault();
  run();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  } else if (event.key === 'Escape' && running) {
    end();
  }
});
document.querySelectorAll('.copy').forEach((button) => button.addEventListener('click', () => copy(button)));
at('card-part').addEventListener('toggle', showCard);
at('model').addEventListener('change', showTask);
window.addEventListener('hashchange', route);

try {
  models = (await get('api/models')).models;
  at('model').replaceChildren(...models.map((each) => element('option', { value: each.model, textContent: each.model })));
  at('model-choice').hidden = models.length < 2;
} catch (failure) {
  showProblem(failure);
}
route();
