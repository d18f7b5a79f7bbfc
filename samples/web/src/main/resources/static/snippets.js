/** The same call from a shell and from Java. */

export function curl(task, request) {
  const body = JSON.stringify(request, null, 2).replaceAll("'", "'\\''");
  const streamed = task.streamed;
  const url = new URL(`api/${task.path}${streamed ? '/stream' : ''}`, location.href);
  return `curl ${streamed ? '-N ' : ''}${url} \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}

/** Java has the escapes of JSON, and reads backslash u as the character before anything else. */
const literal = (value) => JSON.stringify(value);
const list = (values) => `List.of(${values.map(literal).join(', ')})`;

const BUILDERS = {
  classify: 'classifier', entities: 'entityExtractor', answer: 'questionAnswerer', 'fill-mask': 'maskFiller',
  embed: 'embedder', similarity: 'embedder', rank: 'ranker', translate: 'translator', summarize: 'summarizer',
  'text-to-text': 'textToText', generate: 'generator',
};

const writing = (o) => (o.num_beams ? `.beams(${o.num_beams})` : '') + (o.max_new_tokens ? `.maxNewTokens(${o.max_new_tokens})` : '');

const CALLS = {
  classify: (r, o) => ['Classification', `nlp.classifier()${o.labels ? `.labels(${list(o.labels)})` : ''}${o.top_k ? `.topK(${o.top_k})` : ''}.classify(${literal(r.text)})`, 'result.label() + " " + result.score()'],
  entities: (r, o) => ['EntityExtraction', `nlp.entityExtractor()${o.aggregation ? `.aggregation(Aggregation.${o.aggregation.toUpperCase()})` : ''}.extract(${literal(r.text)})`, 'result.entities()'],
  answer: (r, o) => ['Answers', `nlp.questionAnswerer()${o.top_k ? `.topK(${o.top_k})` : ''}.answer(\n            ${literal(r.question)},\n            ${literal(r.context)})`, 'result.best().text()'],
  'fill-mask': (r, o) => ['MaskFilling', `nlp.maskFiller()${o.top_k ? `.topK(${o.top_k})` : ''}.fill(${literal(r.text)})`, 'result.best().token()'],
  embed: (r) => ['Embedding', `nlp.embed(${literal(r.text)})`, 'result.dimension()'],
  similarity: (r) => ['double', `nlp.similarity(${literal(r.text)}, ${literal(r.other)})`, 'result'],
  rank: (r) => ['List<RankedDocument>', `nlp.rank(\n            ${literal(r.query)},\n            List.of(${r.documents.map((each) => `\n                ${literal(each)}`).join(',')}))`, 'result'],
  translate: (r, o) => ['Translation', `nlp.translator()${o.from ? `.from(${literal(o.from)})` : ''}${o.to ? `.to(${literal(o.to)})` : ''}${writing(o)}.translate(${literal(r.text)})`, 'result.text()'],
  summarize: (r, o) => ['Summary', `nlp.summarizer()${writing(o)}.summarize(${literal(r.text)})`, 'result.text()'],
  'text-to-text': (r, o) => ['Generation', `nlp.textToText()${writing(o)}.write(${literal(r.text)})`, 'result.text()'],
};

function generation(r, o) {
  const options = `.maxNewTokens(${o.max_new_tokens ?? 128})`
    + (o.temperature === undefined ? '' : `.temperature(${o.temperature})`)
    + (o.top_k === undefined ? '' : `.topK(${o.top_k})`)
    + (o.top_p === undefined ? '' : `.topP(${o.top_p})`)
    + (o.seed === undefined ? '' : `.seed(${o.seed}L)`);
  return `  nlp.generator()${options}\n      .generate(${literal(r.prompt)}, System.out::print);`;
}

/** @param source where the model comes from; a starter model needs no name */
export function java(task, request, source) {
  const starter = source?.startsWith('classpath:io/parlance/models/starter');
  const nlp = starter ? 'Nlp.create()' : `Nlp.builder().${BUILDERS[task.path]}(${literal(source ?? 'models/...')}).build()`;
  const options = request.options ?? {};
  const imports = 'import io.parlance.*;\nimport java.util.List;\n\n';
  if (task.streamed) {
    return `${imports}try (Nlp nlp = ${nlp}) {\n${generation(request, options)}\n}`;
  }
  const [type, call, shown] = CALLS[task.path](request, options);
  return `${imports}try (Nlp nlp = ${nlp}) {\n  ${type} result =\n      ${call};\n  System.out.println(${shown});\n}`;
}
