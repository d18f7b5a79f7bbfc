package io.parlance.samples.web;

import static io.parlance.samples.web.ApiTask.ANSWER;
import static io.parlance.samples.web.ApiTask.CLASSIFY;
import static io.parlance.samples.web.ApiTask.EMBED;
import static io.parlance.samples.web.ApiTask.ENTITIES;
import static io.parlance.samples.web.ApiTask.FILL_MASK;
import static io.parlance.samples.web.ApiTask.RANK;
import static io.parlance.samples.web.ApiTask.SIMILARITY;
import static io.parlance.samples.web.ApiTask.SUMMARIZE;
import static io.parlance.samples.web.ApiTask.TEXT_TO_TEXT;
import static io.parlance.samples.web.ApiTask.TRANSLATE;

import io.parlance.Answers;
import io.parlance.Classification;
import io.parlance.EntityExtraction;
import io.parlance.MaskFilling;
import io.parlance.Nlp;
import io.parlance.generation.GenerationOption;
import io.parlance.samples.web.TaskCalls.Answered;
import io.parlance.samples.web.TaskResult.Alike;
import io.parlance.samples.web.TaskResult.Ranking;
import io.parlance.samples.web.TaskResult.Rewritten;
import io.parlance.samples.web.TaskResult.Vector;
import io.parlance.samples.web.TaskResult.Written;
import io.parlance.task.EntityExtractor;
import io.parlance.task.MaskFiller;
import io.parlance.task.QuestionAnswerer;
import io.parlance.task.Summarizer;
import io.parlance.task.TextClassifier;
import io.parlance.task.TextEmbedder;
import io.parlance.task.TextToText;
import io.parlance.task.Translator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** One task a method; texts are checked before they wait for their turn. */
@RestController
@RequestMapping("/api")
final class TaskController {
  private final TaskCalls calls;
  private final InputRules rules;

  TaskController(TaskCalls calls, InputRules rules) {
    this.calls = calls;
    this.rules = rules;
  }

  @PostMapping("/classify")
  Answered<Classification> classify(@RequestBody TaskRequest.Classify request) {
    String text = rules.text("text", request.text());
    String pair = request.textPair() == null ? null : rules.text("text_pair", request.textPair());
    TaskRequest.ClassifyOptions options = request.options();
    List<String> labels =
        options == null || options.labels() == null
            ? List.of()
            : rules.texts("options.labels", options.labels());
    return calls.call(
        CLASSIFY,
        request.model(),
        nlp -> {
          TextClassifier classifier = nlp.classifier();
          if (options != null && options.topK() != null) {
            classifier = classifier.topK(rules.results(options.topK()));
          }
          if (!labels.isEmpty()) {
            classifier = classifier.labels(labels);
          }
          if (options != null && options.multiLabel() != null) {
            classifier = classifier.multiLabel(options.multiLabel());
          }
          return pair == null ? classifier.classify(text) : classifier.classify(text, pair);
        });
  }

  @PostMapping("/entities")
  Answered<EntityExtraction> entities(@RequestBody TaskRequest.Entities request) {
    String text = rules.text("text", request.text());
    TaskRequest.EntitiesOptions options = request.options();
    return calls.call(
        ENTITIES,
        request.model(),
        nlp -> {
          EntityExtractor extractor = nlp.entityExtractor();
          if (options != null && options.aggregation() != null) {
            extractor = extractor.aggregation(options.aggregation().value());
          }
          return extractor.extract(text);
        });
  }

  @PostMapping("/answer")
  Answered<Answers> answer(@RequestBody TaskRequest.Answer request) {
    String question = rules.text("question", request.question());
    String context = rules.text("context", request.context());
    TaskRequest.AnswerOptions options = request.options();
    return calls.call(
        ANSWER,
        request.model(),
        nlp -> {
          QuestionAnswerer answerer = nlp.questionAnswerer();
          if (options != null && options.topK() != null) {
            answerer = answerer.topK(rules.results(options.topK()));
          }
          if (options != null && options.handleImpossibleAnswer() != null) {
            answerer = answerer.handleImpossibleAnswer(options.handleImpossibleAnswer());
          }
          return answerer.answer(question, context);
        });
  }

  @PostMapping("/fill-mask")
  Answered<MaskFilling> fillMask(@RequestBody TaskRequest.FillMask request) {
    String text = rules.text("text", request.text());
    TaskRequest.TopK options = request.options();
    return calls.call(
        FILL_MASK,
        request.model(),
        nlp -> {
          MaskFiller filler = nlp.maskFiller();
          if (options != null && options.topK() != null) {
            filler = filler.topK(rules.results(options.topK()));
          }
          return filler.fill(text);
        });
  }

  @PostMapping("/embed")
  Answered<Vector> embed(@RequestBody TaskRequest.Embed request) {
    String text = rules.text("text", request.text());
    return calls.call(EMBED, request.model(), nlp -> Vector.of(nlp.embed(text)));
  }

  @PostMapping("/similarity")
  Answered<Alike> similarity(@RequestBody TaskRequest.Similarity request) {
    String text = rules.text("text", request.text());
    String other = rules.text("other", request.other());
    return calls.call(
        SIMILARITY,
        request.model(),
        nlp -> {
          TextEmbedder embedder = nlp.embedder();
          return Alike.of(embedder.similarity(text, other), embedder.similarityFunction());
        });
  }

  @PostMapping("/rank")
  Answered<Ranking> rank(@RequestBody TaskRequest.Rank request) {
    String query = rules.text("query", request.query());
    List<String> documents = rules.texts("documents", request.documents());
    return calls.call(RANK, request.model(), nlp -> new Ranking(nlp.rank(query, documents)));
  }

  @PostMapping("/translate")
  Answered<Rewritten> translate(@RequestBody TaskRequest.Translate request) {
    String text = rules.text("text", request.text());
    TaskRequest.TranslateOptions options = request.options();
    return calls.call(
        TRANSLATE,
        request.model(),
        nlp -> {
          Translator translator = nlp.translator();
          if (options != null) {
            if (options.from() != null) {
              translator = translator.from(options.from());
            }
            if (options.to() != null) {
              translator = translator.to(options.to());
            }
            if (options.numBeams() != null) {
              translator = translator.beams(rules.beams(options.numBeams()));
            }
            if (options.maxNewTokens() != null) {
              translator = translator.maxNewTokens(rules.newTokens(options.maxNewTokens()));
            }
          }
          return Rewritten.of(translator.translate(text));
        });
  }

  @PostMapping("/summarize")
  Answered<Rewritten> summarize(@RequestBody TaskRequest.Write request) {
    String text = rules.text("text", request.text());
    return calls.call(
        SUMMARIZE,
        request.model(),
        nlp -> Rewritten.of(summarizer(nlp, request.options()).summarize(text)));
  }

  private Summarizer summarizer(Nlp nlp, TaskRequest.@Nullable WriteOptions options) {
    Summarizer summarizer = nlp.summarizer();
    if (options != null && options.numBeams() != null) {
      summarizer = summarizer.beams(rules.beams(options.numBeams()));
    }
    if (options != null && options.maxNewTokens() != null) {
      summarizer = summarizer.maxNewTokens(rules.newTokens(options.maxNewTokens()));
    }
    return summarizer;
  }

  @PostMapping("/text-to-text")
  Answered<Written> textToText(@RequestBody TaskRequest.Write request) {
    String text = rules.text("text", request.text());
    TaskRequest.WriteOptions options = request.options();
    return calls.call(
        TEXT_TO_TEXT,
        request.model(),
        nlp -> {
          TextToText writer = nlp.textToText();
          if (options != null && options.numBeams() != null) {
            writer = writer.beams(rules.beams(options.numBeams()));
          }
          if (options != null && options.maxNewTokens() != null) {
            writer =
                writer.with(
                    GenerationOption.MAX_NEW_TOKENS, rules.newTokens(options.maxNewTokens()));
          }
          return Written.of(writer.write(text));
        });
  }
}
