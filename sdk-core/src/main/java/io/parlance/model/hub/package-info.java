/**
 * Brings the files of a model from a Hugging Face hub into the cache folder that Python tools use
 * too, in their layout. {@code HubSnapshot} answers for one commit of a repository; {@code
 * HubCache} knows the folders, {@code HubConnection} the protocol, {@code BlobDownload} one file.
 */
@NullMarked
package io.parlance.model.hub;

import org.jspecify.annotations.NullMarked;
