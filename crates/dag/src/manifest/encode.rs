//! Manifests as values of the data model.

use super::{Captions, Content, EncodeManifest, Extra, Manifest, Member, Rendition, Series};
use super::{SealHeader, VERSION};
use crate::ipld::Ipld;

/// The one cipher there is: see [`crate::seal`].
pub(super) const CIPHER: &str = "xchacha20-poly1305-stream-64k";

/// A map under construction, begun with the unknown fields.
struct Fields(Extra);

impl Fields {
    fn new(extra: &Extra) -> Self {
        Fields(extra.clone())
    }

    fn put(&mut self, name: &str, value: impl Into<Ipld>) -> Result<(), EncodeManifest> {
        match self.0.insert(name.to_owned(), value.into()) {
            None => Ok(()),
            Some(_) => Err(EncodeManifest::ReservedField(name.to_owned())),
        }
    }

    fn put_some(
        &mut self,
        name: &str,
        value: Option<impl Into<Ipld>>,
    ) -> Result<(), EncodeManifest> {
        match value {
            Some(value) => self.put(name, value),
            None if self.0.contains_key(name) => {
                Err(EncodeManifest::ReservedField(name.to_owned()))
            }
            None => Ok(()),
        }
    }

    fn put_list<T>(
        &mut self,
        name: &str,
        items: &[T],
        each: impl Fn(&T) -> Result<Ipld, EncodeManifest>,
    ) -> Result<(), EncodeManifest> {
        let list: Vec<Ipld> = items.iter().map(each).collect::<Result<_, _>>()?;
        self.put_some(name, (!list.is_empty()).then_some(Ipld::List(list)))
    }
}

pub(super) fn manifest(manifest: &Manifest) -> Result<Ipld, EncodeManifest> {
    let mut fields = Fields::new(&manifest.extra);
    fields.put("version", VERSION)?;
    fields.put("kind", manifest.kind.word())?;
    fields.put("title", manifest.title.as_str())?;
    fields.put_list("renditions", &manifest.renditions, rendition)?;
    let poster = manifest.poster.as_ref();
    fields.put_some("poster", poster.map(plain_content).transpose()?)?;
    fields.put_list("captions", &manifest.captions, captions)?;
    fields.put_list("items", &manifest.members, member)?;
    fields.put_some("duration", manifest.duration_ms)?;
    fields.put_some("year", manifest.year.map(u64::from))?;
    fields.put_some("series", manifest.series.as_ref().map(series))?;
    fields.put_some("artist", manifest.artist.as_deref())?;
    fields.put_some("record", manifest.record.as_deref())?;
    fields.put_some("language", manifest.language.as_deref())?;
    fields.put_some("licence", manifest.licence.as_deref())?;
    fields.put_some("warning", manifest.content_warning.as_deref())?;
    let author = manifest.author.as_ref();
    fields.put_some("author", author.map(|author| author.key.clone()))?;
    fields.put_some("signature", author.map(|author| author.signature.clone()))?;
    Ok(Ipld::Map(fields.0))
}

fn series(series: &Series) -> Ipld {
    Ipld::Map(Extra::from([
        ("title".to_owned(), series.title.as_str().into()),
        ("season".to_owned(), u64::from(series.season).into()),
        ("episode".to_owned(), u64::from(series.episode).into()),
    ]))
}

fn content(content: &Content) -> Result<Fields, EncodeManifest> {
    let mut fields = Fields::new(&content.extra);
    fields.put("root", content.root)?;
    fields.put("size", content.size)?;
    fields.put("mime", content.mime.as_str())?;
    fields.put_some("seal", content.seal.as_ref().map(seal))?;
    Ok(fields)
}

fn plain_content(value: &Content) -> Result<Ipld, EncodeManifest> {
    Ok(Ipld::Map(content(value)?.0))
}

fn seal(header: &SealHeader) -> Ipld {
    Ipld::Map(Extra::from([
        ("cipher".to_owned(), CIPHER.into()),
        ("nonce".to_owned(), header.prefix.0.to_vec().into()),
        ("key".to_owned(), header.key.0.to_vec().into()),
    ]))
}

fn rendition(rendition: &Rendition) -> Result<Ipld, EncodeManifest> {
    let mut fields = content(&rendition.content)?;
    fields.put("role", rendition.role.as_str())?;
    let (width, height) = rendition.dimensions.unzip();
    fields.put_some("width", width.map(u64::from))?;
    fields.put_some("height", height.map(u64::from))?;
    Ok(Ipld::Map(fields.0))
}

fn captions(captions: &Captions) -> Result<Ipld, EncodeManifest> {
    let mut fields = content(&captions.content)?;
    fields.put("language", captions.language.as_str())?;
    fields.put_some("label", captions.label.as_deref())?;
    Ok(Ipld::Map(fields.0))
}

fn member(member: &Member) -> Result<Ipld, EncodeManifest> {
    let mut fields = Fields::new(&member.extra);
    fields.put("name", member.name.as_str())?;
    fields.put("manifest", member.manifest)?;
    Ok(Ipld::Map(fields.0))
}
