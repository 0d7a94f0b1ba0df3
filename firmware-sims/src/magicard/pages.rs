//! From the stream's events to jobs: whose turn a page is, what it is kept as, when it draws its card.

use crate::mechanism::{Panel, Side};

use super::commands::Request;
use super::faults::Fault;
use super::header::Header;
use super::parser::Event;
use super::raster::HeadPicture;
use super::switches::FeedAt;
use super::work::Order;
use super::{Magicard, ORDERS_MAX};

/// What the last page's header said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRecord {
    /// Every field as it came.
    pub fields: Vec<String>,
    /// Those that the firmware skipped.
    pub unknown: Vec<String>,
}

/// A page that is coming in.
#[derive(Debug)]
pub(crate) struct Incoming {
    header: Header,
    head: HeadPicture,
    /// The person gave it up while it came.
    discard: bool,
}

/// A page in memory.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) header: Header,
    pub(crate) head: HeadPicture,
}

/// What one card is to become, and its copies.
#[derive(Debug)]
pub(crate) struct Job {
    /// The header of its first page.
    pub(crate) header: Header,
    /// Front and back.
    pub(crate) pages: [Option<Page>; 2],
    pub(crate) cards_left: u32,
    /// The number of the picture on the card that is at it.
    pub(crate) picture: u64,
    /// What belongs to the whole picture.
    pub(crate) ordered: Vec<(Side, Panel)>,
    /// What was begun to be laid on this card.
    pub(crate) laid: Vec<(Side, Panel)>,
    /// Its back will not come any more.
    pub(crate) closing: bool,
}

pub(crate) fn index(side: Side) -> usize {
    match side {
        Side::Front => 0,
        Side::Back => 1,
    }
}

impl Job {
    pub(crate) fn page(&self, side: Side) -> Option<&Page> {
        self.pages[index(side)].as_ref()
    }

    /// The front is there and the back is not.
    pub(crate) fn waits_for_back(&self) -> bool {
        let [front, back] = &self.pages;
        self.header.duplex && front.is_some() && back.is_none() && !self.closing
    }
}

impl Magicard {
    /// Takes the next thing out of the stream. Returns whether there was one.
    pub(super) fn read_event(&mut self) -> bool {
        if let Some(header) = self.ram.held.take() {
            if self.has_memory_for(&header) {
                self.page_begins(header);
                return true;
            }
            self.ram.held = Some(header);
            return self.end_card_without_back();
        }
        let (read, event) = self.ram.parser.take(&self.ram.input);
        self.ram.input.drain(..read);
        match event {
            Some(event) => {
                self.happen(event);
                true
            }
            None if self.ram.closed && self.waits_for_page() => {
                self.drop_half_page();
                true
            }
            None => false,
        }
    }

    /// Half a page is there and no more bytes are.
    pub(super) fn waits_for_page(&self) -> bool {
        self.ram.parser.in_page() && self.ram.held.is_none() && self.ram.input.is_empty()
    }

    pub(super) fn drop_half_page(&mut self) {
        self.ram.parser.drop_page();
        self.ram.incoming = None;
        self.ram.held = None;
    }

    /// Prints what has come of a page.
    pub(super) fn print_half_page(&mut self) {
        if !self.waits_for_page() {
            return;
        }
        if let Some((panel, bytes)) = self.ram.parser.cut_short() {
            self.plane(panel, &bytes);
        }
        self.page_ends();
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Text(header) if header.is_job() => self.encode_only(header),
            Event::Text(header) => match Request::read(&header.fields) {
                Request::Ask(question) => self.reply_to(&question),
                Request::Okay => self.okay(),
                Request::Cancel => self.cancel(),
                Request::Restart if self.ram.fault.is_some() => self.restart(),
                Request::Restart => self.order(Order::Restart),
                // An error waits for OK or Cancel; nothing else moves.
                Request::Act(_) if self.ram.fault.is_some() => {}
                Request::Act(action) => self.order(Order::Act(action)),
                Request::Ignored | Request::Unknown => {}
            },
            Event::PageBegins(header) => self.ram.held = Some(header),
            Event::Plane(panel, bytes) => self.plane(panel, &bytes),
            Event::PageEnds => self.page_ends(),
            Event::Broken(_) => {
                self.ram.incoming = None;
                self.order(Order::Fail(Fault::BAD_JOB));
            }
        }
    }

    pub(super) fn order(&mut self, order: Order) {
        if self.ram.orders.len() < ORDERS_MAX {
            self.ram.orders.push_back(order);
        }
    }

    /// Nothing is in memory, or the front that this back belongs to.
    fn has_memory_for(&self, header: &Header) -> bool {
        let Some(job) = &self.ram.job else {
            return true;
        };
        let is_back = match header.page_side() {
            Side::Front => false,
            Side::Back => header.duplex,
        };
        is_back && job.waits_for_back()
    }

    /// Another card's page comes where a back was due: the card comes out as it is. Returns whether that is news.
    fn end_card_without_back(&mut self) -> bool {
        let job = self.ram.job.as_mut();
        let Some(job) = job.filter(|job| job.waits_for_back()) else {
            return false;
        };
        job.closing = true;
        job.cards_left = 1;
        self.ram.orders.push_back(Order::Leave);
        true
    }

    fn page_begins(&mut self, header: Header) {
        self.last_page = PageRecord {
            fields: header.fields.clone(),
            unknown: header.unknown.clone(),
        };
        self.ram.incoming = Some(Incoming {
            header,
            head: HeadPicture::default(),
            discard: false,
        });
        match self.switches.feed_at {
            FeedAt::Header => self.order(Order::Draw),
            FeedAt::FirstPlane | FeedAt::Etx => {}
        }
    }

    fn plane(&mut self, panel: Panel, bytes: &[u8]) {
        let Some(incoming) = &mut self.ram.incoming else {
            return;
        };
        let first = incoming.head == HeadPicture::default();
        incoming.head.put(panel, bytes, self.profile.head);
        match self.switches.feed_at {
            FeedAt::FirstPlane if first && !incoming.discard => self.order(Order::Draw),
            FeedAt::FirstPlane | FeedAt::Header | FeedAt::Etx => {}
        }
    }

    fn page_ends(&mut self) {
        let Some(Incoming {
            header,
            head,
            discard: false,
        }) = self.ram.incoming.take()
        else {
            return;
        };
        let side = header.page_side();
        self.head_pictures[index(side)] = Some(head.clone());
        if self.ram.job.is_none() {
            self.begin_job(header.clone());
        }
        if let Some(job) = &mut self.ram.job {
            job.pages[index(side)] = Some(Page { header, head });
        }
        // Never dropped: memory holds two pages at most.
        self.ram.orders.push_back(Order::Print(side));
    }

    /// Takes what the first header of a card says for the whole card.
    pub(super) fn begin_job(&mut self, header: Header) {
        if let Some(language) = &header.language {
            self.ram.language.clone_from(language);
            self.flash.language.clone_from(language);
        }
        self.pictures += 1;
        self.ram.job = Some(Job {
            cards_left: header.cards(),
            header,
            pages: [None, None],
            picture: self.pictures,
            ordered: Vec::new(),
            laid: Vec::new(),
            closing: false,
        });
    }

    /// A job without planes waits for its turn among the orders.
    fn encode_only(&mut self, header: Header) {
        if header.wrong.is_some() {
            self.order(Order::Fail(Fault::BAD_JOB));
        } else {
            self.order(Order::Encode(Box::new(header)));
        }
    }

    /// The page that is coming in is read on and forgotten.
    pub(super) fn discard_incoming(&mut self) {
        if let Some(incoming) = &mut self.ram.incoming {
            incoming.discard = true;
        }
    }
}
