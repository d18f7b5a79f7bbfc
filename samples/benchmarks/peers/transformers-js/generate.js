// Greedy generation by transformers.js. Arguments: threads, model folder, tokens of the prompt (of the source, where
// the model has an encoder) with commas between them, new tokens, rounds before those that count, rounds.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { AutoModelForCausalLM, AutoModelForSeq2SeqLM, Tensor, env } from "@huggingface/transformers";

const [threads, folder, prompt, count, warmup, rounds] = process.argv.slice(2);
const root = fs.mkdtempSync(path.join(os.tmpdir(), "peer-"));
const model = path.join(root, "model");
fs.mkdirSync(path.join(model, "onnx"), { recursive: true });
const names = fs.readdirSync(folder);
for (const name of names) {
  const target = name.endsWith(".onnx") ? path.join("onnx", name) : name;
  fs.symlinkSync(path.resolve(folder, name), path.join(model, target));
}
env.allowRemoteModels = false;
env.localModelPath = root;
const kind = names.includes("encoder_model.onnx") ? AutoModelForSeq2SeqLM : AutoModelForCausalLM;
const writer = await kind.from_pretrained("model", {
  dtype: "fp32",
  session_options: { intraOpNumThreads: Number(threads), interOpNumThreads: 1 },
});
const ids = prompt.split(",").map(BigInt);
const row = (values) => new Tensor("int64", BigInt64Array.from(values), [1, values.length]);
// the tokens that were written are the last ones, whether the prompt is repeated or not
const write = async () =>
  (
    await writer.generate({
      inputs: row(ids),
      attention_mask: row(ids.map(() => 1n)),
      max_new_tokens: Number(count),
      do_sample: false,
      eos_token_id: null,
    })
  )
    .tolist()[0]
    .slice(-Number(count));
console.log("tokens " + (await write()).join(","));
for (let round = 1; round < Number(warmup); round++) {
  await write();
}
for (let round = 0; round < Number(rounds); round++) {
  const start = process.hrtime.bigint();
  const before = process.cpuUsage();
  await write();
  console.log("nanos " + (process.hrtime.bigint() - start));
  const used = process.cpuUsage(before);
  console.log("processor " + 1000 * (used.user + used.system));
}
await writer.dispose();
fs.rmSync(root, { recursive: true });
