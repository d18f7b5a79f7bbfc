package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import io.parlance.model.ModelDownload;
import io.parlance.model.ModelSource;
import io.parlance.model.hub.HubOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings a model from a hub into the cache. */
@Command(
    name = "download",
    description = {
      "Brings a model from a hub into the cache that Python tools use too.",
      "Fetches what the SDK reads: configuration, tokenizer, graphs. Writes one JSON object: "
          + "{\"model\", \"commit\", \"folder\"}. The environment of Hugging Face's tools "
          + "applies: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, "
          + "HTTPS_PROXY."
    })
final class DownloadCommand extends Subcommand {

  @Parameters(
      paramLabel = "MODEL",
      description = "hf:ORGANISATION/NAME or hf:ORGANISATION/NAME@REVISION.")
  private String model;

  @Option(
      names = "--variant",
      defaultValue = "",
      paramLabel = "NAME",
      description = "Which graphs, for example fp16 or int8; the plain ones if not given.")
  private String variant;

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      description = "Fetch the files that match instead, for example \"*.json\". Repeatable.")
  private @Nullable List<String> include;

  @Option(
      names = "--cache",
      paramLabel = "FOLDER",
      description = "The cache folder; by default that of the environment.")
  private @Nullable Path cache;

  @Option(names = "--offline", description = "Only check that the cache has it all.")
  private boolean offline;

  @Override
  public Integer call() throws IOException {
    if (!(ModelSource.of(model) instanceof ModelSource.Hub named)) {
      throw new RefusedException(
          "'" + model + "' is not a model of a hub; write hf:organisation/name");
    }
    HubOptions options = HubOptions.fromEnvironment().listener(new DownloadDisplay(streams()));
    if (cache != null) {
      options = options.cacheFolder(cache);
    }
    if (offline) {
      options = options.offline(true);
    }
    ModelSource.Hub source = new ModelSource.Hub(named.reference(), variant, options);
    Path folder =
        include == null ? ModelDownload.fetch(source) : ModelDownload.fetch(source, include);
    JsonObject answer = new JsonObject();
    answer.addProperty("model", source.toString());
    answer.addProperty("commit", String.valueOf(folder.getFileName()));
    answer.addProperty("folder", folder.toString());
    streams().out().write((Json.line(answer) + "\n").getBytes(StandardCharsets.UTF_8));
    streams().out().flush();
    return ExitStatus.SUCCESS;
  }
}
