// Mean pooled, normalized embeddings by transformers.js. Arguments: model folder, file of texts, rounds.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { env, pipeline } from "@huggingface/transformers";

const [folder, file, rounds] = process.argv.slice(2);
const texts = fs.readFileSync(file, "utf8").trimEnd().split("\n");
const root = fs.mkdtempSync(path.join(os.tmpdir(), "peer-"));
const model = path.join(root, "model");
fs.mkdirSync(path.join(model, "onnx"), { recursive: true });
for (const name of fs.readdirSync(folder)) {
  const target = name.endsWith(".onnx") ? path.join("onnx", name) : name;
  fs.symlinkSync(path.resolve(folder, name), path.join(model, target));
}
env.allowRemoteModels = false;
env.localModelPath = root;
const embed = await pipeline("feature-extraction", "model", { dtype: "fp32" });
const options = { pooling: "mean", normalize: true };
const first = await embed(texts[0], options);
console.log("check " + first.data[0]);
for (let round = 0; round < Number(rounds); round++) {
  let start = process.hrtime.bigint();
  for (const text of texts) {
    await embed(text, options);
  }
  console.log("one " + (process.hrtime.bigint() - start));
  start = process.hrtime.bigint();
  for (let from = 0; from < texts.length; from += 32) {
    await embed(texts.slice(from, from + 32), options);
  }
  console.log("all " + (process.hrtime.bigint() - start));
}
fs.rmSync(root, { recursive: true });
