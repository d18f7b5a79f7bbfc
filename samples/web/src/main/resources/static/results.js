/** Shows results. Texts are set as text, never as HTML. */

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const percent = (score) => (score >= 0.0995 ? `${(score * 100).toFixed(1)} %` : `${(score * 100).toPrecision(2)} %`);
const plain = (score) => (Math.abs(score) >= 0.001 || score === 0 ? score.toFixed(3) : score.toExponential(1));

/** Rows with a bar each; scores that are no probabilities fill by their place between the others. */
function bars(rows) {
  const scores = rows.map((row) => row.score);
  const probabilities = scores.every((score) => score >= 0 && score <= 1);
  const least = Math.min(0, ...scores);
  const span = probabilities ? 1 : Math.max(...scores) - least || 1;
  return element('ol', { className: 'bars' }, ...rows.map((row) => {
    const fill = element('div', { className: 'fill' });
    fill.style.width = `${((row.score - (probabilities ? 0 : least)) / span) * 100}%`;
    return element('li', {},
      element('span', { className: 'name', textContent: row.name }),
      element('span', { className: 'value', textContent: probabilities ? percent(row.score) : plain(row.score) }),
      element('div', { className: 'track', ariaHidden: 'true' }, fill));
  }));
}

/** A text with parts marked; parts that begin within an earlier one are left out. */
function marked(text, spans) {
  const kinds = [...new Set(spans.map((span) => span.label))].sort();
  const shown = element('p', { className: 'text' });
  let at = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start < at || span.end <= span.start) {
      continue;
    }
    shown.append(text.slice(at, span.start));
    const mark = element('mark', { className: `m${Math.max(0, kinds.indexOf(span.label)) % 6}`, title: percent(span.score) });
    mark.append(text.slice(span.start, span.end));
    if (span.label) {
      mark.append(element('span', { className: 'tag', textContent: span.label }));
    }
    shown.append(mark);
    at = span.end;
  }
  shown.append(text.slice(at));
  return shown;
}

const caption = (textContent) => element('p', { className: 'caption', textContent });

function cut(result) {
  return result.truncated
    ? [caption(`The text was cut: the model read ${result.token_count} of ${result.untruncated_token_count} tokens.`)]
    : [];
}

function vector(numbers) {
  const columns = Math.ceil(Math.sqrt(numbers.length * 4));
  const rows = Math.ceil(numbers.length / columns);
  const canvas = element('canvas', { className: 'vector', width: columns, height: rows, role: 'img' });
  canvas.setAttribute('aria-label', `The ${numbers.length} numbers as colours, in rows`);
  const most = Math.max(...numbers.map(Math.abs)) || 1;
  const pen = canvas.getContext('2d');
  numbers.forEach((number, i) => {
    const depth = Math.abs(number) / most;
    pen.fillStyle = number < 0 ? `hsl(25 85% 48% / ${depth})` : `hsl(175 75% 36% / ${depth})`; // fades into the page
    pen.fillRect(i % columns, Math.floor(i / columns), 1, 1);
  });
  return canvas;
}

function sides(source, result, left, right) {
  const side = (title, content, lang) => {
    const box = element('div', {}, element('h3', { textContent: title }), element('p', { className: 'text plain', textContent: content }));
    if (lang) {
      box.lang = lang;
    }
    return box;
  };
  const all = [element('div', { className: 'sides' }, side(left, source, result.from), side(right, result.text, result.to))];
  if (!result.complete) {
    all.push(caption('Something may be missing: the model met a limit of length or time.'));
  }
  return all;
}

const REASONS = {
  eos_token: 'The model ended it.',
  length: 'It met the limit of tokens.',
  stop_string: 'It met a text that was to end it.',
  max_time: 'Its time was over.',
  condition: 'There was nothing to add.',
};

const RENDERERS = {
  classify: (request, result) => [
    bars(result.labels.map(({ label, score }) => ({ name: label, score }))), ...cut(result)],
  entities: (request, result) => [
    marked(request.text, result.entities.map((found) => ({ ...found, label: found.entity }))),
    caption(result.entities.length === 1 ? '1 entity' : `${result.entities.length} entities`), ...cut(result)],
  answer: (request, result) => {
    const answers = result.answers.filter((found) => found.text);
    return answers.length === 0
      ? [element('p', { textContent: 'The text has no answer.' })]
      : [marked(request.context, [{ ...answers[0], label: '' }]), element('br'),
        bars(answers.map(({ text, score }) => ({ name: text, score })))];
  },
  'fill-mask': (request, result) => result.masks.flatMap((predictions, i) => [
    ...(result.masks.length > 1 ? [element('h3', { textContent: `Gap ${i + 1}` })] : []),
    bars(predictions.map(({ token, score }) => ({ name: token.trim() || token, score }))),
    ...(result.masks.length > 1 ? [] : [caption(predictions[0]?.sequence ?? '')])]),
  embed: (request, result) => [
    vector(result.embedding),
    caption(`${result.dimension} numbers; green above 0, orange below, the deeper the further.`), ...cut(result)],
  similarity: (request, result) => [
    element('p', { className: 'figure', textContent: plain(result.similarity) }),
    caption(`${result.function} similarity${result.function === 'cosine' ? ': 1 for the same direction, 0 for nothing in common' : ''}`)],
  rank: (request, result) => [
    bars(result.ranking.map(({ index, score }) => ({ name: request.documents[index], score })))],
  translate: (request, result) => sides(request.text, result, result.from ? `Source (${result.from})` : 'Source', result.to ? `Translation (${result.to})` : 'Translation'),
  summarize: (request, result) => sides(request.text, result, 'Text', 'Summary'),
  'text-to-text': (request, result) => [
    element('p', { className: 'text plain', textContent: result.text }), caption(REASONS[result.finish_reason] ?? '')],
  generate: (request, result) => [
    element('p', { className: 'text plain' }, element('span', { className: 'prompt', textContent: request.prompt }), result.text),
    caption(`${result.token_ids.length} tokens. ${REASONS[result.finish_reason] ?? ''}`)],
};

export function render(task, request, result) {
  return RENDERERS[task](request, result);
}

/** What a screen reader is told of a result, in a sentence. */
export function announce(task, request, result) {
  switch (task) {
    case 'classify': return `Best label: ${result.label}, ${percent(Math.abs(result.score))}`;
    case 'entities': return `${result.entities.length} entities: ${result.entities.slice(0, 5).map((e) => `${e.text} ${e.entity}`).join(', ')}`;
    case 'answer': return result.answers[0]?.text ? `Answer: ${result.answers[0].text}` : 'The text has no answer.';
    case 'fill-mask': return `Best word: ${result.masks[0]?.[0]?.token ?? 'none'}`;
    case 'similarity': return `Similarity ${plain(result.similarity)}`;
    case 'rank': return `Most relevant: ${request.documents[result.ranking[0].index]}`;
    default: return 'Done';
  }
}

export function timings(times) {
  const ms = (value) => `${value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en')} ms`;
  const rows = [['Total', ms(times.total_ms)]];
  if (times.cached) {
    rows.push(['Result', 'remembered from an earlier call']);
  } else {
    rows.push(['Queue', ms(times.queue_ms)], ['Tokenizer', ms(times.tokenization_ms)], ['Model', ms(times.inference_ms)], ['Tokens', String(times.tokens)]);
  }
  return rows.map(([name, value]) => element('div', {}, element('dt', { textContent: name }), element('dd', { textContent: value })));
}
