package io.parlance.samples.web;

import io.parlance.Nlp;
import io.parlance.model.ModelSource;
import io.parlance.samples.web.TaskCalls.Chosen;
import io.parlance.task.ModelHandle;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Which models there are. */
@RestController
@RequestMapping("/api")
final class ModelController {
  private final TaskCalls calls;
  private final WebLimits limits;

  ModelController(TaskCalls calls, WebLimits limits) {
    this.calls = calls;
    this.limits = limits;
  }

  /** Everything that is configured. */
  record Models(List<Instance> models, Limits limits) {}

  /** One instance with all tasks, those without a model too. */
  record Instance(String model, List<TaskModel> tasks) {}

  /** What requests may hold at most. */
  record Limits(int characters, int documents, int maxNewTokens, int numBeams) {}

  /**
   * The model of a task.
   *
   * @param property what to set to choose it
   * @param source where it comes from; of a folder only the name; null where there is none
   */
  record TaskModel(
      String task, boolean configured, boolean loaded, String property, @Nullable String source) {}

  /**
   * A model.
   *
   * @param digest SHA-256 of its files
   * @param labels labels that it knows; null for a task without
   * @param maskToken what stands for a missing word; null for a task without
   * @param card what its makers say of it, as HTML; null where they say nothing
   */
  record Description(
      String task,
      String model,
      String property,
      String source,
      String digest,
      @Nullable List<String> labels,
      @Nullable String maskToken,
      @Nullable String card) {}

  @GetMapping("/models")
  Models models() {
    return new Models(
        calls.all().entrySet().stream()
            .map(
                entry ->
                    new Instance(entry.getKey(), tasks(entry.getKey(), entry.getValue().nlp())))
            .toList(),
        new Limits(limits.characters(), limits.documents(), limits.newTokens(), limits.beams()));
  }

  private static List<TaskModel> tasks(String instance, Nlp nlp) {
    return Arrays.stream(ApiTask.values())
        .map(
            task -> {
              Optional<ModelHandle> model = task.model(nlp);
              return new TaskModel(
                  task.path(),
                  model.isPresent(),
                  model.map(ModelHandle::isLoaded).orElse(false),
                  task.property(instance),
                  model.map(handle -> shown(handle.source())).orElse(null));
            })
        .toList();
  }

  /** Loads the model if that was not done yet. */
  @GetMapping("/models/{model}/{task}")
  Description model(@PathVariable("model") String model, @PathVariable("task") String name)
      throws IOException {
    ApiTask task =
        Arrays.stream(ApiTask.values())
            .filter(known -> known.path().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new UnknownModelException(
                        name, Arrays.stream(ApiTask.values()).map(ApiTask::path).toList()));
    Chosen chosen = calls.choose(model);
    ModelHandle handle =
        task.model(chosen.nlp())
            .orElseThrow(() -> new ModelNotConfiguredException(task, chosen.name()));
    Nlp nlp = chosen.nlp();
    return new Description(
        task.path(),
        chosen.name(),
        task.property(chosen.name()),
        shown(handle.source()),
        handle.digest(),
        switch (task) {
          case CLASSIFY -> nlp.classifier().labels();
          case ENTITIES -> nlp.entityExtractor().labels();
          default -> null;
        },
        task == ApiTask.FILL_MASK ? nlp.maskFiller().maskToken() : null,
        ModelCard.html(handle.source()));
  }

  /** Visitors need not know where on the server a folder lies. */
  private static String shown(ModelSource source) {
    return source instanceof ModelSource.Folder folder
        ? String.valueOf(folder.path().toAbsolutePath().normalize().getFileName())
        : source.toString();
  }
}
