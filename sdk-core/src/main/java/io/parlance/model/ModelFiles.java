package io.parlance.model;

import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of one model, wherever they lie. Names use slashes and are relative to the model. */
interface ModelFiles {
  /** How messages name one file. */
  String describe(String file);

  boolean exists(String file);

  /**
   * Opens a file that exists.
   *
   * @throws IOException if it cannot be read
   */
  InputStream open(String file) throws IOException;

  /** Where the file is in the file system, or null if it is elsewhere; "" is the folder itself. */
  @Nullable Path path(String file);

  /** The files whose names end so, as far as they can be listed, sorted. */
  List<String> endingWith(String suffix);

  /** The ONNX files that there are, as far as they can be listed. */
  default List<String> graphs() {
    return endingWith(".onnx");
  }

  /** The files of weights for graphs yet to be built, as far as they can be listed. */
  default List<String> weights() {
    return endingWith(".safetensors");
  }

  static ModelFiles of(ModelSource source) {
    if (source instanceof ModelSource.Folder folder) {
      return new InFolder(folder.path());
    }
    if (source instanceof ModelSource.Hub hub) {
      return new InHub(hub);
    }
    return new OnClassPath(((ModelSource.ClassPath) source).resource());
  }

  /** Makes those of the files that there are lie beside each other, where that takes work. */
  default void bring(List<String> files) {}

  /** Reads a file to its end. */
  default byte[] read(String file) {
    try (InputStream in = open(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new ModelUnusableException(describe(file) + " cannot be read: " + e, e);
    }
  }

  /** A folder of the file system. */
  record InFolder(Path folder) implements ModelFiles {
    public InFolder {
      if (!Files.isDirectory(folder)) {
        throw new ModelNotFoundException(
            Files.exists(folder)
                ? "model "
                    + folder.toAbsolutePath()
                    + " is a file; give the folder that holds config.json"
                : "there is no model folder " + folder.toAbsolutePath());
      }
    }

    @Override
    public String describe(String file) {
      return folder.resolve(file).toString();
    }

    @Override
    public boolean exists(String file) {
      return Files.isRegularFile(folder.resolve(file));
    }

    @Override
    public InputStream open(String file) throws IOException {
      return Files.newInputStream(folder.resolve(file));
    }

    @Override
    public Path path(String file) {
      return folder.resolve(file);
    }

    @Override
    public List<String> endingWith(String suffix) {
      try (Stream<Path> files = Files.walk(folder, 2)) {
        return files
            .filter(Files::isRegularFile)
            .map(file -> folder.relativize(file).toString().replace('\\', '/'))
            .filter(name -> name.endsWith(suffix))
            .sorted()
            .toList();
      } catch (IOException e) {
        throw new ModelUnusableException("model folder " + folder + " cannot be read: " + e, e);
      }
    }
  }

  /** A folder on the class path, often inside a jar. */
  record OnClassPath(String resource) implements ModelFiles {
    @Override
    public String describe(String file) {
      return "classpath:" + resource + "/" + file;
    }

    @Override
    public boolean exists(String file) {
      return find(file) != null;
    }

    @Override
    public InputStream open(String file) throws IOException {
      URL url = find(file);
      if (url == null) {
        throw new IOException("no such resource");
      }
      URLConnection connection = url.openConnection();
      connection.setUseCaches(false); // a cached jar file would stay open, and locked on Windows
      return connection.getInputStream();
    }

    private @Nullable URL find(String file) {
      String name = resource + "/" + file;
      ClassLoader context = Thread.currentThread().getContextClassLoader();
      URL url = context == null ? null : context.getResource(name);
      return url != null ? url : ModelFiles.class.getClassLoader().getResource(name);
    }

    @Override
    public @Nullable Path path(String file) {
      return null;
    }

    @Override
    public List<String> endingWith(String suffix) {
      return List.of(); // resources cannot be listed
    }
  }
}
