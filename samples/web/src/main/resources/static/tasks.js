/** The tasks of the page: what each asks for. A field's `option` puts it under "options" of the request. */

const text = (name, label, value, rows = 4, hint = '') => ({ name, label, value, rows, hint, kind: 'text' });
const number = (name, label, hint = '', attributes = {}) => ({ name, label, hint, attributes, kind: 'number', option: true });
const maxNewTokens = number('max_new_tokens', 'Tokens at most', '', { min: 1, step: 1 });
const beams = number('num_beams', 'Beams', '', { min: 1, step: 1 });

export const TASKS = [
  {
    path: 'classify',
    title: 'Classify',
    about: 'Which of a model’s labels fits a text. With labels of your own the model must know natural language inference.',
    fields: [
      text('text', 'Text', 'I was charged twice for the same purchase, and my card still has not arrived.', 3),
      { name: 'labels', label: 'Labels of your own', hint: 'comma-separated', kind: 'list', option: true },
      { ...number('top_k', 'Labels to show', '', { min: 1, step: 1 }), value: '5' },
    ],
  },
  {
    path: 'entities',
    title: 'Entities',
    about: 'People, places, organisations and whatever else a model was taught to find in a text.',
    fields: [
      text('text', 'Text', 'Ada Lovelace moved from London to Munich, where Siemens had an opening.'),
      {
        name: 'aggregation', label: 'How tokens become entities', kind: 'choice', option: true,
        choices: [['', 'as by default'], ['simple', 'simple'], ['first', 'first'], ['average', 'average'], ['max', 'max'], ['none', 'none: single tokens']],
      },
    ],
  },
  {
    path: 'answer',
    title: 'Answer',
    about: 'The part of a text that answers a question.',
    fields: [
      text('question', 'Question', 'Where did she move?', 1),
      text('context', 'Text to find the answer in', 'Ada Lovelace moved from London to Munich, where Siemens had an opening.'),
      { ...number('top_k', 'Answers to show', '', { min: 1, step: 1 }), value: '3' },
    ],
  },
  {
    path: 'fill-mask',
    title: 'Fill masks',
    about: 'What could stand in a gap.',
    fields: [
      { ...text('text', 'Text with a gap', 'Paris is the [MASK] of France.', 2), mask: true },
      { ...number('top_k', 'Words to show', '', { min: 1, step: 1 }), value: '5' },
    ],
  },
  {
    path: 'embed',
    title: 'Embed',
    about: 'The vector of a text: what search and clustering compare.',
    fields: [text('text', 'Text', 'Good morning! How can I help you?', 3)],
  },
  {
    path: 'similarity',
    title: 'Similarity',
    about: 'How alike two texts are, by their vectors.',
    fields: [
      text('text', 'One text', 'A man is playing a guitar.', 2),
      text('other', 'Another text', 'Somebody makes music.', 2),
    ],
  },
  {
    path: 'rank',
    title: 'Rank',
    about: 'Documents by how relevant they are to a question.',
    fields: [
      text('query', 'Question', 'When do you open on Saturdays?', 1),
      {
        name: 'documents', label: 'Documents', hint: 'one a line', kind: 'lines', rows: 5,
        value: 'Our branches open at nine, on Saturdays at ten.\nCards are sent by post within five days.\nThe mobile app shows your balance.',
      },
    ],
  },
  {
    path: 'translate',
    title: 'Translate',
    about: 'A text in another language, sentence by sentence; what is between sentences stays as it is.',
    fields: [
      text('text', 'Text', 'Good morning. How are you?\n\nSee you tomorrow!', 5),
      { name: 'from', label: 'From', kind: 'line', option: true },
      { name: 'to', label: 'To', kind: 'line', option: true },
      beams,
      maxNewTokens,
    ],
  },
  {
    path: 'summarize',
    title: 'Summarize',
    about: 'What a text says, in fewer words.',
    fields: [
      text('text', 'Text', 'The bank opened a new branch on Monday. Many people came to see it. There was music, and the mayor spoke. The branch is open six days a week, on Saturdays until noon.', 7),
      beams,
      maxNewTokens,
    ],
  },
  {
    path: 'text-to-text',
    title: 'Text to text',
    about: 'What a model with an encoder, such as T5, writes for a text.',
    fields: [text('text', 'Text', 'translate English to German: The house is small.', 3), beams, maxNewTokens],
  },
  {
    path: 'generate',
    title: 'Generate',
    about: 'How a text could go on, token by token. Stop ends the work of the model at once.',
    streamed: true,
    fields: [
      text('prompt', 'Beginning', 'Once upon a time there was a little robot who', 3),
      { ...maxNewTokens, value: '120' },
      number('temperature', 'Temperature', '', { min: 0.05, step: 'any' }),
      number('top_k', 'Top k', '', { min: 0, step: 1 }),
      number('top_p', 'Top p', '', { min: 0.01, max: 1, step: 'any' }),
      number('seed', 'Seed', '', { step: 1 }),
    ],
  },
];
