package io.parlance.model;

import io.parlance.model.hub.HubOptions;
import io.parlance.model.hub.HubSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A repository of a hub. Files come into the cache when they are asked for, and lie beside each
 * other there as in a folder.
 */
final class InHub implements ModelFiles {
  private static final Pattern WEIGHTS =
      Pattern.compile("model(-\\d+-of-\\d+)?\\.safetensors(\\.index\\.json)?");

  private final HubSnapshot snapshot;

  InHub(ModelSource.Hub source) {
    HubOptions given = source.options();
    snapshot =
        HubSnapshot.open(source.reference(), given == null ? HubOptions.fromEnvironment() : given);
  }

  HubSnapshot snapshot() {
    return snapshot;
  }

  @Override
  public String describe(String file) {
    return file
        + " of "
        + snapshot.reference()
        + (snapshot.isOffline() ? " in " + snapshot.folder() + " (offline)" : "");
  }

  @Override
  public boolean exists(String file) {
    return snapshot.exists(file);
  }

  @Override
  public InputStream open(String file) throws IOException {
    return Files.newInputStream(snapshot.fetch(file));
  }

  @Override
  public Path path(String file) {
    if (file.isEmpty()) {
      return snapshot.folder();
    }
    Path path = snapshot.fetch(file);
    if (file.endsWith(".onnx")) {
      bring(GraphData.of(file, path, endingWith("")));
    }
    return path;
  }

  @Override
  public void bring(List<String> files) {
    for (String file : files) {
      if (snapshot.exists(file)) {
        snapshot.fetch(file);
      }
    }
  }

  @Override
  public List<String> endingWith(String suffix) {
    return snapshot.files().stream().filter(name -> name.endsWith(suffix)).sorted().toList();
  }

  @Override
  public List<String> weights() {
    // other tools keep copies in their own formats beside the weights
    return endingWith("").stream().filter(name -> WEIGHTS.matcher(name).matches()).toList();
  }
}
