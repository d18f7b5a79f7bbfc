package io.parlance.model;

import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The small models that a library on the class path offers for tasks that were given none. A
 * library announces them in {@value #INDEX}, one {@code task=source} a line.
 */
public final class StarterModels {
  /** The resource that names the starter models. */
  public static final String INDEX = "META-INF/parlance/starter-models.properties";

  private StarterModels() {}

  /**
   * The starter model for a task.
   *
   * @param task for example {@code classifier}
   * @throws ModelNotFoundException if no library offers one
   */
  public static ModelSource find(String task) {
    Set<String> others = new TreeSet<>();
    for (URL index : indexes()) {
      Properties starters = read(index);
      String source = starters.getProperty(task);
      if (source != null) {
        return ModelSource.of(source.strip());
      }
      others.addAll(starters.stringPropertyNames());
    }
    throw new ModelNotFoundException(
        "no model was given for the "
            + task
            + (others.isEmpty()
                ? ", and no starter model is on the class path; add the dependency"
                    + " io.parlance:sdk-models, or name a model"
                : ", and there are starter models for "
                    + String.join(", ", others)
                    + " only; name a model")
            + ", for example Nlp.builder()."
            + task
            + "(\"some/folder\")");
  }

  private static List<URL> indexes() {
    try {
      List<URL> found = new ArrayList<>();
      ClassLoader context = Thread.currentThread().getContextClassLoader();
      if (context != null) {
        found.addAll(Collections.list(context.getResources(INDEX)));
      }
      found.addAll(Collections.list(StarterModels.class.getClassLoader().getResources(INDEX)));
      return found;
    } catch (IOException e) {
      throw new ModelUnusableException(
          "the class path cannot be searched for " + INDEX + ": " + e, e);
    }
  }

  private static Properties read(URL index) {
    Properties properties = new Properties();
    try {
      var connection = index.openConnection();
      connection.setUseCaches(false);
      try (InputStream in = connection.getInputStream()) {
        properties.load(in);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelUnusableException(index + " cannot be read: " + e, e);
    }
    return properties;
  }
}
